"""The first process of a place's namespaces: mounts what the place has, then runs commands chrooted into it.

Run by `enter.py` as a program of its own, under `unshare`, with two descriptors: a file of JSON (`prepare`), and a
socket on which it says that it is there and waits until it may go on. Standard input: one line of JSON a command,
`{"command", "environment", "timeout"}`. Standard output: for each a line `{"code", "seconds", "out", "err",
"timed_out"}`; `code` is negative for a signal. With `"alone"` it runs that one command instead, with this process's own
standard streams, and ends as it did.

Everything it mounts is in a mount namespace of its own and goes with it. Writes land in memory, not in the root. When
the other end of the socket closes, be it that the lab was killed, it ends at once, and with it everything inside.
"""

from __future__ import annotations

import glob
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
_SIZE = "size=60%"


def mount(*words: str) -> None:
    """Run mount(8); the end of everything when it fails."""
    subprocess.run(["mount", *words], check=True, stdin=subprocess.DEVNULL)


def prepare(wanted: dict[str, object]) -> str:
    """The path of the root, with everything mounted that the place has. `wanted` holds:

    root: the made root; scratch: an empty folder to mount upon; mounts: "proc", "dev"; binfmt: a binfmt_misc line or
    None; binds: (from, to, "ro" or "rw"); files: path and text of files to write.
    """
    mount("--make-rprivate", "/")
    scratch = str(wanted["scratch"])
    mount("-t", "tmpfs", "-o", _SIZE, "lab", scratch)
    upper, work, root = (f"{scratch}/{name}" for name in ("upper", "work", "root"))
    for folder in (upper, work, root):
        os.mkdir(folder)
    # In a user namespace an overlay may keep its marks in users' attributes only; without, no folder can be renamed.
    marks = ",userxattr" if wanted["binfmt"] else ""
    mount("-t", "overlay", "-o", f"lowerdir={wanted['root']},upperdir={upper},workdir={work}{marks}", "lab", root)
    if wanted["binfmt"]:
        _register(str(wanted["binfmt"]))
    for folder, mode in (("tmp", 0o1777), ("root", 0o700), ("etc", 0o755)):
        os.makedirs(f"{root}/{folder}", exist_ok=True)
        os.chmod(f"{root}/{folder}", mode)
    for path, text in wanted["files"]:  # type: ignore[attr-defined]
        _write(root + path, text)
    for source, target, manner in wanted["binds"]:  # type: ignore[attr-defined]
        os.makedirs(root + target, exist_ok=True)
        mount("--bind", source, root + target)
        if manner == "ro":
            mount("-o", "remount,bind,ro", root + target)
    if "proc" in wanted["mounts"]:  # type: ignore[operator]
        os.makedirs(f"{root}/proc", exist_ok=True)
        mount("-t", "proc", "proc", f"{root}/proc")
    if "dev" in wanted["mounts"]:  # type: ignore[operator]
        _devices(f"{root}/dev")
    return root


def _register(line: str) -> None:
    """Tell the kernel how to run foreign programs: in this user namespace only."""
    mount("-t", "proc", "proc", "/proc")
    folder = "/proc/sys/fs/binfmt_misc"
    mount("-t", "binfmt_misc", "binfmt_misc", folder)
    with open(f"{folder}/register", "w", encoding="utf-8") as file:
        file.write(line)


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _devices(folder: str) -> None:
    """A /dev of the place's own: a program that replaces /dev/null must not replace this machine's."""
    os.makedirs(folder, exist_ok=True)
    mount("-t", "tmpfs", "-o", "mode=755", "dev", folder)
    for name in DEVICES:
        path = f"{folder}/{name}"
        try:
            os.mknod(path, 0o666 | stat.S_IFCHR, os.stat(f"/dev/{name}").st_rdev)
            os.chmod(path, 0o666)
        except PermissionError:  # in a user namespace
            with open(path, "w", encoding="utf-8"):
                pass
            mount("--bind", f"/dev/{name}", path)
    for name, target in LINKS.items():
        os.symlink(target, f"{folder}/{name}")
    os.mkdir(f"{folder}/shm", 0o777)
    os.chmod(f"{folder}/shm", 0o1777)


def run(root: str, command: list[str], environment: dict[str, str], timeout: float) -> dict[str, object]:
    """Run one command to its end, and end whatever it left running."""
    begun = time.monotonic()
    child = subprocess.Popen(
        ["chroot", root, found(root, command[0]), *command[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment, start_new_session=True, cwd="/",
    )  # fmt: skip
    timed_out = False
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        _kill_others()
        out, err = child.communicate()
    seconds = time.monotonic() - begun
    _end_all()
    return {
        "code": child.returncode,
        "seconds": round(seconds, 3),
        "out": out.decode(errors="replace"),
        "err": err.decode(errors="replace"),
        "timed_out": timed_out,
    }


def found(root: str, program: str) -> str:
    """A program whose path has `*` in it: the first in the root that matches, as it is when none does."""
    matches = sorted(glob.glob(root + program)) if "*" in program else []
    return matches[0].removeprefix(root) if matches else program


def _end_all() -> None:
    """End every other process of this PID namespace, and wait until they are gone."""
    try:
        _kill_others()
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def _kill_others() -> None:
    """Kill every process of this PID namespace but its first one, which this has to be: else it were the machine's."""
    if os.getpid() != 1:
        raise RuntimeError("not the first process of a PID namespace")
    os.kill(-1, signal.SIGKILL)


def alone(root: str, command: list[str], environment: dict[str, str]) -> int:
    """Run one command with this process's own standard streams; its exit code, as a shell would tell it."""
    code = subprocess.run(["chroot", root, *command], env=environment, cwd="/", check=False).returncode
    return code if code >= 0 else 128 - code


def _end_with(outside: int) -> None:
    """End this process, and so its whole PID namespace, when the lab closes its end of the socket, or dies."""

    def wait() -> None:
        while os.read(outside, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main(told: int, outside: int, *, ready: bool) -> int:
    """Prepare, then run the one command or serve until standard input ends. The exit code."""
    if not ready:
        os.write(outside, b"r")
        os.read(outside, 1)  # until the user namespace has its users: only then does a new program get root's powers
        for one in (told, outside):
            os.set_inheritable(one, True)
        again = [sys.executable, "-I", "-S", "-B", __file__, str(told), str(outside), "ready"]
        os.execv(sys.executable, again)  # noqa: S606 - an argument list
    for one in (told, outside):
        os.set_inheritable(one, False)
    _end_with(outside)
    with open(told, "rb") as file:
        file.seek(0)
        wanted = json.load(file)
    root = prepare(wanted)
    if wanted.get("alone"):
        return alone(root, **wanted["alone"])
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(run(root, **asked)) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), ready=sys.argv[3:] == ["ready"]))
