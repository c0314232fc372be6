"""Real shells enter and leave an environment, also one whose path is as nasty as a path can be."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from elfin.envs import activate

NASTY = [
    "plain",
    "two words",
    "it's",
    'say "hi"',
    "$HOME",
    "$(touch pwned)",
    "`touch pwned`",
    "back\\slash",
    "per%cent",
    "bang!bang",
    "caret^x",
    "semi;touch pwned",
    "ünïcödé \u2018quotes\u2019",
    "-dash",
    "*glob?[x]",
    "@PROMPT@ @SHOWN@",
    "a\\",
    "!!",
]


def shell(name: str, *arguments: str) -> list[str]:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return [path, *arguments]


def place(tmp_path: Path, name: str, prompt: str | None = None) -> Path:
    """A made-up environment whose `bin` holds the scripts and a program called `python` that says so."""
    prefix = tmp_path / name
    bin_folder = prefix / "bin"
    bin_folder.mkdir(parents=True)
    for script, text in activate.scripts(str(prefix), prompt if prompt is not None else name).items():
        (bin_folder / script).write_text(text)
    (bin_folder / "python").write_text("#!/bin/sh\necho ours\n")
    (bin_folder / "python").chmod(0o755)
    return prefix


def start(
    command: list[str], folder: Path, environ: dict[str, str], typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=typed, env=environ, cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


def answers(command: list[str], script: str, tmp_path: Path, **more: str) -> dict[str, str]:
    """What the script printed as `key=value` lines, run with HOME and cwd in an empty folder."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **more}
    done = start([*command, script], tmp_path, environ)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert not (tmp_path / "pwned").exists()
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines())


SH = r"""
set -eu
PS1='$ '
cd "$WHERE"
. ./bin/activate
printf 'env=%s\nprompt=%s\npath=%s\npython=%s\nhome=%s\nshown=%s\n' \
    "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" "$PATH" "$(python)" "${PYTHONHOME-unset}" "$PS1"
. ./bin/activate
printf 'again=%s\n' "$PATH"
deactivate
printf 'env_after=%s\nprompt_after=%s\npath_after=%s\nhome_after=%s\nshown_after=%s\n' \
    "${VIRTUAL_ENV-unset}" "${VIRTUAL_ENV_PROMPT-unset}" "$PATH" "${PYTHONHOME-unset}" "$PS1"
command -v deactivate >/dev/null 2>&1 && echo left=yes || echo left=no
"""

FISH = r"""
cd $WHERE
function fish_prompt; printf '%s$ ' $status; end
source ./bin/activate.fish
printf 'env=%s\nprompt=%s\npath=%s\n' $VIRTUAL_ENV $VIRTUAL_ENV_PROMPT "$PATH"
printf 'python=%s\nhome=%s\n' (python) "$PYTHONHOME"
printf 'shown=%s\n' (fish_prompt)
function give; return $argv[1]; end
give 3; printf 'status=%s\n' (fish_prompt)
source ./bin/activate.fish
printf 'again=%s\n' "$PATH"
deactivate
set -q VIRTUAL_ENV; or set -g VIRTUAL_ENV unset
set -q VIRTUAL_ENV_PROMPT; or set -g VIRTUAL_ENV_PROMPT unset
printf 'env_after=%s\nprompt_after=%s\n' $VIRTUAL_ENV $VIRTUAL_ENV_PROMPT
printf 'path_after=%s\nhome_after=%s\n' "$PATH" "$PYTHONHOME"
printf 'shown_after=%s\n' (fish_prompt)
functions -q deactivate; and echo left=yes; or echo left=no
"""

CSH = r"""
cd "$WHERE:q"
set prompt='$ '
source ./bin/activate.csh
printf 'env=%s\nprompt=%s\npath=%s\n' "$VIRTUAL_ENV:q" "$VIRTUAL_ENV_PROMPT:q" "$PATH:q"
printf 'python=%s\nshown=%s\n' "`python`" "$prompt:q"
printf 'home=%s\n' $?PYTHONHOME
source ./bin/activate.csh
printf 'again=%s\n' "$PATH:q"
deactivate
printf 'env_after=%s\n' $?VIRTUAL_ENV
printf 'path_after=%s\nshown_after=%s\nhome_after=%s\n' "$PATH:q" "$prompt:q" "$PYTHONHOME:q"
printf 'alias=%s\n' "`alias deactivate`"
"""


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", ["dash", "bash", "zsh", "ksh", "busybox"])
def test_sh_enters_and_leaves_again(kind: str, name: str, tmp_path: Path) -> None:
    command = shell(kind, *(["sh"] if kind == "busybox" else []), *(["-f"] if kind == "zsh" else []), "-c")
    prefix = place(tmp_path, name)
    got = answers(command, SH, tmp_path, WHERE=str(prefix), PYTHONHOME="/old home")
    inside = f"{prefix}/bin:/usr/bin:/bin"
    assert (got["env"], got["prompt"], got["path"], got["again"]) == (str(prefix), name, inside, inside)
    assert (got["python"], got["home"]) == ("ours", "unset")
    assert got["shown"].endswith(") $ ") and not set(got["shown"][:-2]) & set("\\$`%!^")
    assert (got["env_after"], got["prompt_after"], got["path_after"]) == ("unset", "unset", "/usr/bin:/bin")
    assert (got["home_after"], got["shown_after"], got["left"]) == ("/old home", "$ ", "no")


@pytest.mark.parametrize("name", NASTY)
def test_fish_enters_and_leaves_again(name: str, tmp_path: Path) -> None:
    command = shell("fish", "--no-config", "-c")
    prefix = place(tmp_path, name)
    got = answers(command, FISH, tmp_path, WHERE=str(prefix), PYTHONHOME="/old home")
    inside = f"{prefix}/bin:/usr/bin:/bin"
    assert (got["env"], got["prompt"], got["path"], got["again"]) == (str(prefix), name, inside, inside)
    assert (got["python"], got["home"], got["shown"], got["status"]) == ("ours", "", f"({name}) 0$ ", f"({name}) 3$ ")
    assert (got["env_after"], got["prompt_after"], got["path_after"]) == ("unset", "unset", "/usr/bin:/bin")
    assert (got["home_after"], got["shown_after"], got["left"]) == ("/old home", "0$ ", "no")


@pytest.mark.parametrize("name", NASTY)
def test_csh_enters_and_leaves_again(name: str, tmp_path: Path) -> None:
    command = shell("tcsh", "-f", "-c")
    prefix = place(tmp_path, name)
    got = answers(command, CSH, tmp_path, WHERE=str(prefix), PYTHONHOME="/old home")
    inside = f"{prefix}/bin:/usr/bin:/bin"
    assert (got["env"], got["prompt"], got["path"], got["again"]) == (str(prefix), name, inside, inside)
    assert (got["python"], got["home"], got["env_after"], got["alias"]) == ("ours", "0", "0", "")
    assert got["shown"].endswith(") $ ") and not set(got["shown"][:-2]) & set("\\$`%!^")
    assert (got["path_after"], got["shown_after"], got["home_after"]) == ("/usr/bin:/bin", "$ ", "/old home")


@pytest.mark.parametrize("name", NASTY)
def test_nu_enters_and_leaves_again(name: str, tmp_path: Path) -> None:
    command = shell("nu", "--no-config-file", "-c")
    prefix = place(tmp_path, name)
    shutil.copy(prefix / "bin/activate.nu", tmp_path / "activate.nu")
    script = """
overlay use ./activate.nu
print $"env=($env.VIRTUAL_ENV)" $"prompt=($env.VIRTUAL_ENV_PROMPT)" $"path=($env.PATH | str join ':')"
print $"python=(python)"
print $"shown=(do $env.PROMPT_COMMAND)" $"home=($env.PYTHONHOME? | default 'unset')"
deactivate
print $"env_after=($env.VIRTUAL_ENV? | default 'unset')" $"path_after=($env.PATH | str join ':')"
print $"home_after=($env.PYTHONHOME? | default 'unset')"
"""
    got = answers(command, script, tmp_path, PYTHONHOME="/old home")
    assert (got["env"], got["prompt"], got["path"]) == (str(prefix), name, f"{prefix}/bin:/usr/bin:/bin")
    assert (got["python"], got["home"]) == ("ours", "unset")
    assert got["shown"].startswith(f"({name}) ")
    assert (got["env_after"], got["path_after"], got["home_after"]) == ("unset", "/usr/bin:/bin", "/old home")


@pytest.mark.parametrize("kind", ["bash", "zsh", "ksh"])
def test_a_prompt_is_never_run_when_a_shell_shows_it(kind: str, tmp_path: Path) -> None:
    command = shell(kind, *{"bash": ["--norc", "-i"], "zsh": ["-f", "-i", "-o", "PROMPT_SUBST"], "ksh": ["-i"]}[kind])
    prefix = place(tmp_path, "env", prompt="$(touch pwned)`touch pwned`")
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "dumb"}
    text = f". {prefix}/bin/activate\necho here\nexit\n"
    done = start(command, tmp_path, environ, text)
    assert "here" in done.stdout
    assert "_(touch pwned)_touch pwned_" in done.stderr + done.stdout
    assert not (tmp_path / "pwned").exists()


def test_entering_another_environment_leaves_the_first(tmp_path: Path) -> None:
    first, second = place(tmp_path, "first"), place(tmp_path, "second")
    script = f'. {first}/bin/activate; . {second}/bin/activate; echo "path=$PATH"; deactivate; echo "after=$PATH"'
    got = answers(shell("sh", "-c"), script, tmp_path)
    assert got == {"path": f"{second}/bin:/usr/bin:/bin", "after": "/usr/bin:/bin"}


def test_the_prompt_is_left_alone_on_request(tmp_path: Path) -> None:
    prefix = place(tmp_path, "env")
    script = f'PS1=\'> \'; . {prefix}/bin/activate; echo "shown=$PS1"; deactivate; echo "after=$PS1"'
    got = answers(shell("sh", "-c"), script, tmp_path, VIRTUAL_ENV_DISABLE_PROMPT="1")
    assert got == {"shown": "> ", "after": "> "}


def test_an_empty_path_gets_no_empty_entry(tmp_path: Path) -> None:
    prefix = place(tmp_path, "env")
    got = answers(shell("sh", "-c"), f'PATH=; . {prefix}/bin/activate; echo "path=$PATH"', tmp_path)
    assert got["path"] == f"{prefix}/bin"


def test_quoting_of_powershell_doubles_every_kind_of_single_quote() -> None:
    text = activate.scripts("/a'b\u2019c\u201bd$x", "p")["Activate.ps1"]
    assert "$env:VIRTUAL_ENV = '/a''b\u2019\u2019c\u201b\u201bd$x'\n" in text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/tmp/a\nb", "line break"),
        ("/tmp/a\x1bb", "control character"),
        ("/tmp/a:b", "colon"),
        ("/tmp/\u202ebidi", "control character"),
        ("/tmp/a b'c$", None),
        (os.fsdecode(b"/tmp/\xff"), None),
    ],
)
def test_paths_that_cannot_be_entered_are_refused(path: str, reason: str | None) -> None:
    said = activate.refusal(path)
    assert (said is None) if reason is None else (said is not None and reason in said)


def test_a_prompt_is_one_printable_line() -> None:
    assert activate.clean_prompt("a\nb\x1b[31m") == "a_b_[31m"
    assert activate.clean_prompt(" \n ") == "_"
    assert activate.clean_prompt("") == "venv"
