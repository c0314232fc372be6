"""Programs are run and become this process; why one cannot be started is said in words, with a shell's exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from elfin.edges import child
from elfin.errors import PlaceError

ROOT = Path(__file__).resolve().parents[2]


def program(path: Path, text: str, mode: int = 0o755) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_output_and_code_are_captured() -> None:
    done = child.run(["sh", "-c", "cat; echo out; echo err >&2; exit 3"], stdin=b"in ")
    assert done == (3, b"in out\n", "err\n")


def test_a_signal_is_a_negative_code() -> None:
    assert child.run(["sh", "-c", "kill -9 $$"]).code == -signal.SIGKILL


def test_environment_and_folder_are_those_given(tmp_path: Path) -> None:
    program(tmp_path / "say", '#!/bin/sh\necho "$PWD $WHO"\n')
    done = child.run(["say"], environ={"PATH": str(tmp_path), "WHO": "me"}, folder=str(tmp_path))
    assert done.out == f"{tmp_path} me\n".encode()
    assert child.run(["./say"], environ={"PATH": ""}, folder=str(tmp_path)).code == 0


def test_only_the_end_of_stderr_is_kept() -> None:
    done = child.run([sys.executable, "-c", "import sys; sys.stderr.write('x' * 200000 + 'end')"])
    assert len(done.err) == 64 * 1024 and done.err.endswith("end")


def test_one_that_does_not_end_is_stopped() -> None:
    with pytest.raises(PlaceError, match=r"did not end within 0.05 seconds"):
        child.run(["sleep", "60"], timeout=0.05)


def test_a_missing_folder_is_not_blamed_on_the_program(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="there is no folder"):
        child.run(["sh", "-c", ":"], folder=str(tmp_path / "gone"))


def failure(arguments: list[str], tmp_path: Path) -> tuple[int, str]:
    with pytest.raises(PlaceError) as caught:
        child.run(arguments, environ={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    return caught.value.exit_code, caught.value.message


def test_reasons_why_nothing_starts(tmp_path: Path) -> None:
    program(tmp_path / "plain", "#!/bin/sh\n", 0o644)
    program(tmp_path / "orphan", "#!/no/such/python3 -I\n")
    (tmp_path / "dangling").symlink_to("gone")
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x00\x01\x02")
    garbage.chmod(0o755)
    assert failure(["no-such-command"], tmp_path) == (127, "there is no command `no-such-command`")
    assert failure(["plain"], tmp_path) == (126, f"{tmp_path}/plain is not executable")
    assert failure([f"{tmp_path}/none"], tmp_path) == (127, f"there is no program {tmp_path}/none")
    assert failure([f"{tmp_path}/"], tmp_path) == (126, f"{tmp_path}/ is a folder, not a program")
    assert failure(["orphan"], tmp_path) == (
        127,
        "orphan cannot be started: its interpreter /no/such/python3 is not on this machine",
    )
    assert failure([f"{tmp_path}/dangling"], tmp_path)[0] == 127
    assert failure(["garbage"], tmp_path) == (126, "garbage is no program that this machine can run")


def test_a_missing_loader_is_named(tmp_path: Path) -> None:
    """An ELF program of another libc: the system only says "No such file or directory"."""
    real = Path("/bin/true").resolve().read_bytes()
    loader = next(text for text in (b"/lib64/ld-linux-x86-64.so.2", b"/lib/ld-linux-aarch64.so.1") if text in real)
    other = b"/lib/ld-musl-nowhere.so.1".ljust(len(loader), b"\0")
    alien = tmp_path / "alien"
    alien.write_bytes(real.replace(loader, other, 1))
    alien.chmod(0o755)
    assert failure(["alien"], tmp_path) == (
        127,
        "alien cannot be started: its loader /lib/ld-musl-nowhere.so.1 is not on this machine",
    )


def test_an_argument_list_too_long_is_told(tmp_path: Path) -> None:
    code, message = failure(["true", "x" * (1 << 22)], tmp_path)
    assert code == 126 and "too long" in message


def become(arguments: list[str], **environ: str) -> subprocess.CompletedProcess[bytes]:
    code = (
        "import sys; sys.path.insert(0, 'src'); sys.stdout.write('first ')\n"
        "from elfin.edges import child\n"
        "from elfin.errors import PlaceError\n"
        f"try:\n    child.replace({arguments!r}, { ({'PATH': os.environ['PATH'], **environ})!r})\n"
        "except PlaceError as error:\n    sys.exit(error.exit_code)\n"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)


def test_the_program_takes_this_process_over() -> None:
    done = become(["sh", "-c", 'echo "$WHO $$"; exit 42'], WHO="me")
    assert done.returncode == 42
    assert done.stdout.startswith(b"first me ")


def test_its_signals_are_its_own() -> None:
    assert become(["sh", "-c", "kill -TERM $$"]).returncode == -signal.SIGTERM
    assert become(["sh", "-c", "kill -PIPE $$"]).returncode == -signal.SIGPIPE


def test_a_script_without_interpreter_line_runs_as_in_a_shell(tmp_path: Path) -> None:
    done = become([str(program(tmp_path / "script", 'echo "ran $1"\n')), "here"])
    assert (done.returncode, done.stdout) == (0, b"first ran here\n")


def test_what_cannot_be_become_has_a_shells_exit_code(tmp_path: Path) -> None:
    assert become(["no-such-command"]).returncode == 127
    assert become([str(program(tmp_path / "plain", "", 0o644))]).returncode == 126
