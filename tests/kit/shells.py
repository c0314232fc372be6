"""Which POSIX shells this machine has, and how each is started as `sh`."""

from __future__ import annotations

import os
import shutil
import subprocess

COMMANDS: dict[str, tuple[str, ...]] = {
    "dash": ("dash",),
    "bash": ("bash", "--posix"),
    "ash": ("busybox", "sh"),
    "mksh": ("mksh",),
    "ksh93": ("ksh93",),
    "yash": ("yash",),
    "zsh": ("zsh",),
}
"""By name, dash first: the one that most tests run in."""

AVAILABLE = {name: command for name, command in COMMANDS.items() if shutil.which(command[0])}
MISSING = sorted(set(COMMANDS) - set(AVAILABLE))

TOOLS = (
    "cat", "chmod", "cp", "cut", "dd", "find", "grep", "gzip", "head", "id", "ln", "ls", "mkdir", "mv", "od", "printf",
    "readlink", "rm", "rmdir", "sha256sum", "sh", "sleep", "tail", "tar", "timeout", "tr", "xz",
)  # fmt: skip
"""What a small system has; neither a way to fetch, nor one to tell what the system is."""


def tools(folder: str, *without: str, more: tuple[str, ...] = ()) -> str:
    """Makes a folder for PATH that holds links to the real tools and to nothing else. Returns it."""
    os.makedirs(folder, exist_ok=True)
    for name in (*TOOLS, *more):
        real = shutil.which(name)
        if name not in without and real is not None:
            os.symlink(real, os.path.join(folder, name))
    return folder


def stub(folder: str, name: str, text: str) -> None:
    """Makes a tool of a few lines of shell."""
    path = os.path.join(folder, name)
    if os.path.lexists(path):
        os.remove(path)
    with open(path, "w") as file:
        file.write(f"#!/bin/sh\n{text}\n")
    os.chmod(path, 0o755)


class Ran:
    """What a script did."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}\n--- stderr\n{self.err}"


def run(
    command: tuple[str, ...],
    *arguments: str,
    variables: dict[str, str],
    folder: str,
    stdin: str | None = None,
    limit: float = 60,
) -> Ran:
    """Runs a shell with just those variables. Raises TimeoutExpired after `limit` seconds."""
    command = (shutil.which(command[0]) or command[0], *command[1:])
    return Ran(
        subprocess.run(
            [*command, *arguments], env=variables, cwd=folder, input=stdin, capture_output=True, text=True,
            errors="replace", timeout=limit, check=False,
        )
    )  # fmt: skip
