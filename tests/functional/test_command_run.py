"""`elfin run` and `elfin tool run`: the process becomes the command, with packages at hand."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import pytest

from elfin.edges import child
from kit.commandline import PYTHON, Commandline, Place, picture, release
from kit.indexserver import IndexServer


class Became(BaseException):
    """What the process would have become."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        super().__init__()
        self.arguments, self.environ = list(arguments), dict(environ)


Becomes = Callable[..., Became]


@pytest.fixture
def becomes(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> Becomes:
    """Run a command up to the moment where it would become another."""

    def replace(arguments: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
        raise Became(arguments, environ)

    monkeypatch.setattr(child, "replace", replace)

    def run(*arguments: str) -> Became:
        try:
            answer = elfin(*arguments)
        except Became as became:
            return became
        raise AssertionError(answer.said)

    return run


SHOW = "import {0}; print({0}.__name__, {0}.version)"


def test_a_command_runs_with_packages(elfin: Commandline) -> None:
    done = elfin.process("run", "--with", "alpha<2", "--", "python", "-c", SHOW.format("alpha"))
    assert (done.returncode, done.stdout) == (0, "alpha 1.1\n"), done.stderr
    assert not (elfin.work / ".venv").exists()


def test_the_second_run_asks_nobody(elfin: Commandline, server: IndexServer) -> None:
    first = elfin.process("run", "--with", "hello", "hello", "you")
    assert (first.returncode, first.stdout) == (0, "hello you\n"), first.stderr
    asked, cache = len(server.requests), picture(elfin.cache / "environments-v1")
    second = elfin.process("run", "--with", "hello", "hello", "again")
    assert (second.returncode, second.stdout) == (0, "hello again\n")
    assert len(server.requests) == asked and picture(elfin.cache / "environments-v1") == cache
    assert elfin.process("run", "--offline", "--with", "hello", "hello").stdout == "hello\n"


def test_commas_part_requirements_but_not_bounds(elfin: Commandline) -> None:
    done = elfin.process("run", "--with", "alpha>=1,<2,delta", "--with", "gamma[fast]", "--", "python", "-c",
                         "import alpha, delta, gamma; print(alpha.version)")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1.1\n"), done.stderr


def test_exit_codes_are_the_command_s_own(elfin: Commandline) -> None:
    assert elfin.process("run", "--with", "hello", "hello", "fail").returncode == 3
    assert elfin.process("run", "--", "sh", "-c", "exit 42").returncode == 42
    gone = elfin.process("run", "--", "no-such-command-here")
    assert gone.returncode == 127 and "there is no command `no-such-command-here`" in gone.stderr
    folder = elfin.process("run", "--", "./")
    assert folder.returncode == 126 and "Traceback" not in folder.stderr


def test_signals_reach_the_command(elfin: Commandline) -> None:
    program = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    running = subprocess.Popen(
        elfin.command("run", "--with", "delta", "--", "sh", "-c", program), stdout=subprocess.PIPE
    )
    assert running.stdout is not None
    with running.stdout:
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 7


def test_death_by_a_signal_is_seen_from_outside(elfin: Commandline) -> None:
    assert elfin.process("run", "--", "sh", "-c", "kill -KILL $$").returncode == -signal.SIGKILL


def test_a_broken_pipe_ends_the_command_quietly(elfin: Commandline) -> None:
    shell = f"{' '.join(map(repr, elfin.command('run', '--', 'yes')))} | head -n 1"
    done = subprocess.run(["sh", "-c", shell], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout == "y\n" and done.stderr == ""


def test_standard_input_is_the_command_s(elfin: Commandline) -> None:
    done = subprocess.run(
        elfin.command("run", "--", "cat"), input=b"through", check=False, capture_output=True, timeout=60
    )
    assert done.stdout == b"through"


SCRIPT = """\
# /// script
# requires-python = ">=3.8"
# dependencies = ["alpha<2", "hello"]
# ///
import sys, alpha, hello
print(alpha.version, *sys.argv[1:])
"""


def test_a_script_brings_its_requirements(elfin: Commandline) -> None:
    elfin.file("show.py", SCRIPT)
    done = elfin.process("run", "show.py", "--with", "x")
    assert (done.returncode, done.stdout) == (0, "1.1 --with x\n"), done.stderr
    elfin.file("script-without-ending", SCRIPT)
    assert elfin.process("run", "-s", "script-without-ending", "y").stdout == "1.1 y\n"


def test_a_script_that_wants_another_python_is_told_so(elfin: Commandline) -> None:
    elfin.file("show.py", SCRIPT.replace(">=3.8", ">=3.99"))
    answer = elfin("run", "show.py")
    assert answer.code == 1 and "3.99" in answer.err


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT.replace('"alpha<2"', "alpha<2"),
        SCRIPT.replace('"alpha<2"', '"alpha<<2"'),
        SCRIPT.replace('["alpha<2", "hello"]', '"alpha"'),
        SCRIPT + SCRIPT,
    ],
)
def test_a_script_with_a_bad_block_does_not_run(elfin: Commandline, text: str) -> None:
    elfin.file("show.py", text)
    answer = elfin("run", "show.py")
    assert answer.code == 2 and answer.err.startswith("error: ") and "Traceback" not in answer.err


def test_a_module_runs_by_its_name(elfin: Commandline) -> None:
    done = elfin.process("run", "--with", "hello", "-m", "platform")
    assert done.returncode == 0 and "Linux" in done.stdout
    done = elfin.process("run", "-m", "nowhere_at_all")
    assert done.returncode == 1 and "nowhere_at_all" in done.stderr


def test_the_environment_around_is_seen_and_may_be_left_out(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta==1.0")
    program = "import beta, delta; print(beta.version, delta.version)"
    done = elfin.process("run", "--with", "delta", "--", "python", "-c", program)
    assert (done.returncode, done.stdout) == (0, "1.0 1.0\n"), done.stderr
    done = elfin.process("run", "--isolated", "--with", "delta", "--", "python", "-c", program)
    assert done.returncode == 1 and "beta" in done.stderr
    assert venv.versions() == {"beta": "1.0"}


def test_an_overlay_wins_over_the_environment_around(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta==1.0")
    done = elfin.process("run", "--with", "beta==2.0", "--", "python", "-c", SHOW.format("beta"))
    assert done.stdout == "beta 2.0\n"


def test_without_packages_the_environment_around_is_used_as_it_is(
    elfin: Commandline, venv: Place, becomes: Becomes
) -> None:
    became = becomes("run", "--", "thing", "-v", "--with")
    assert became.arguments == ["thing", "-v", "--with"]
    assert became.environ["VIRTUAL_ENV"] == str(venv.prefix)
    assert became.environ["PATH"].split(":")[0] == str(venv.prefix / "bin")


def test_words_behind_the_command_are_its_own(becomes: Becomes) -> None:
    assert becomes("run", "-q", "--python", PYTHON, "thing", "-q", "--python").arguments == ["thing", "-q", "--python"]


def test_requirements_files_are_read_again_when_they_change(elfin: Commandline) -> None:
    elfin.file("needs.txt", "beta==1.0\n")
    run = ("run", "--with-requirements", "needs.txt", "--", "python", "-c", SHOW.format("beta"))
    assert elfin.process(*run).stdout == "beta 1.0\n"
    elfin.file("needs.txt", "beta==2.0\n")
    assert elfin.process(*run).stdout == "beta 2.0\n"


def test_a_wheel_that_was_built_again_is_another_question(elfin: Commandline) -> None:
    for text in ("one", "two"):
        ((name, data),) = release("local", "1.0", files={"local.py": f"version = {text!r}\n"}).items()
        (elfin.work / name).write_bytes(data)
        done = elfin.process("run", "--with", f"./{name}", "--", "python", "-c", "import local; print(local.version)")
        assert done.stdout == f"{text}\n", done.stderr


def test_a_tool_runs_from_the_package_of_its_name(elfin: Commandline, server: IndexServer) -> None:
    assert elfin.process("tool", "run", "hello", "--version", "x").stdout == "hello --version x\n"
    asked = len(server.requests)
    assert elfin.process("tool", "run", "hello", "fail").returncode == 3
    assert len(server.requests) == asked
    assert elfin.process("tool", "run", "hello@1.0").stdout == "hello\n"
    assert elfin.process("tool", "run", "--from", "hello==1.0", "hello", "z").stdout == "hello z\n"


def test_a_tool_that_a_package_does_not_have(elfin: Commandline) -> None:
    answer = elfin("tool", "run", "--from", "hello", "goodbye")
    assert answer.code == 2 and "hello has no program `goodbye`" in answer.err
    assert "its programs: hello" in answer.err and "elfin tool run --from hello hello" in answer.err
    answer = elfin("tool", "run", "alpha")
    assert answer.code == 2 and "its programs: none" in answer.err


def test_a_tool_of_a_version_that_is_not_there(elfin: Commandline) -> None:
    answer = elfin("tool", "run", "hello@9.9")
    assert answer.code == 1 and "hello" in answer.err and "9.9" in answer.err


@pytest.mark.parametrize("arguments", [["run"], ["tool", "run"], ["run", "--with", "alpha"], ["run", "--"]])
def test_nothing_to_run_is_a_mistake(elfin: Commandline, arguments: list[str]) -> None:
    answer = elfin(*arguments)
    assert answer.code == 2 and "Traceback" not in answer.err


def test_many_first_runs_at_once_make_one_environment(elfin: Commandline) -> None:
    command = elfin.command("run", "--with", "hello", "hello", "all")
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [one.communicate(timeout=60) for one in running]
    assert [out for out, _ in said] == ["hello all\n"] * 4, said
    environments = elfin.cache / "environments-v1"
    made = [path for path in environments.iterdir() if path.is_dir() and path.name != "known"]
    assert len(made) == 1 and (made[0] / ".elfin-complete").exists()


def test_a_failed_preparation_leaves_no_environment(elfin: Commandline, server: IndexServer) -> None:
    from kit.indexserver import status

    server.fault("/files/hello/hello-1.0-py3-none-any.whl", status(200, b"other"))
    assert elfin("run", "--with", "hello", "hello").code == 4
    assert not (elfin.cache / "environments-v1").exists() or os.listdir(elfin.cache / "environments-v1") == []


def test_a_cached_environment_that_lost_its_python_is_made_anew(elfin: Commandline) -> None:
    assert elfin.process("run", "--with", "hello", "hello").returncode == 0
    made = next(path for path in (elfin.cache / "environments-v1").iterdir() if (path / "bin").is_dir())
    (made / "bin" / "python").unlink()
    assert elfin.process("run", "--with", "hello", "hello").stdout == "hello\n"


def test_a_cached_answer_is_asked_again_when_that_is_wanted(
    elfin: Commandline, server: IndexServer, becomes: Becomes
) -> None:
    becomes("run", "--with", "hello", "hello")
    server.projects["hello"] |= release("hello", "2.0", scripts={"hello": "hello:main"})
    before = becomes("run", "--with", "hello", "hello")
    after = becomes("run", "--refresh", "--with", "hello", "hello")
    assert before.environ["VIRTUAL_ENV"] != after.environ["VIRTUAL_ENV"]


def test_a_remembered_answer_that_is_damaged_or_old_is_worked_out_again(elfin: Commandline, becomes: Becomes) -> None:
    first = becomes("run", "--with", "hello", "hello")
    (known,) = (elfin.cache / "environments-v1" / "known").iterdir()
    fresh = known.read_text()
    for text in ("", "{", "[]", '{"key": 7}', re.sub(r'"time": [0-9.]+', '"time": 0', fresh)):
        known.write_text(text)
        assert becomes("run", "--with", "hello", "hello").environ == first.environ
        assert json.loads(known.read_text())["time"] > 0
