"""Verdicts: what a job's commands said and how they ended."""

from __future__ import annotations

import pytest
from lab.enter import Done
from lab.told import first_line, no_wheel
from lab.verdict import WORDS, Verdict, judge, message

GOOD = Done(0, 1.0, "", "")
NO_WHEEL = """error: the requirements cannot be met together

  Because numpy has no wheel for this target: its wheels are for x86_64, this is i686.
  Because you require numpy, your requirements cannot be met.

hint: the target is glibc 2.41
"""
UV = """Using Python 3.13
  \u00d7 No solution found when resolving dependencies:
  ╰─▶ Because all versions of pandas have no usable wheels
      and you require pandas, your requirements are unsatisfiable.

      hint: You require pandas
"""
TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: seven\n'


def test_all_commands_good_is_works_and_takes_the_time_of_all() -> None:
    assert judge([GOOD, GOOD], said="musl") == Verdict("works", "musl", 2.0)


@pytest.mark.parametrize(
    ("ended", "word", "reason"),
    [
        ([Done(1, 1, "", NO_WHEEL)], "refused", "its wheels are for x86_64, this is i686"),
        ([Done(1, 1, "", TRACEBACK)], "broken", "ValueError: seven"),
        (
            [Done(2, 1, "", "error: this Python fails\n  " + TRACEBACK)],
            "refused",
            "this Python fails ... ValueError: seven",
        ),
        ([Done(2, 1, "", "ERROR: Exception:\n" + TRACEBACK)], "broken", "ValueError: seven"),
        ([Done(70, 1, "", "error: a bug of elfin's\n")], "broken", "a bug of elfin's"),
        ([Done(-11, 1, "", "")], "broken", "signal 11"),
        ([Done(-9, 240, "", "", True)], "broken", "no answer in 240 s"),
        ([Done(127, 1, "", "chroot: failed to run command 'a'")], "broken", "failed to run command"),
        ([Done(5, 1, "", "")], "broken", "exit code 5: it said nothing"),
        ([GOOD, Done(1, 1, "", "error: cannot import\n")], "broken", "installed, but it does not work"),
    ],
)
def test_what_does_not_work_has_a_word_and_a_reason(ended: list[Done], word: str, reason: str) -> None:
    verdict = judge(ended)
    assert verdict.word == word and reason in verdict.reason


def test_a_message_ends_where_hints_begin() -> None:
    assert message(NO_WHEEL).endswith("your requirements cannot be met.")
    assert message(UV).endswith("your requirements are unsatisfiable.") and "Using" not in message(UV)
    assert message("ERROR: a\nERROR: b\n\n[notice] c\n") == "a b"
    assert message("error: a\n\nsomething else\n") == "a"
    assert message("Resolved 3 packages\n") == ""


def test_the_state_that_a_message_tells_stands_behind_a_colon() -> None:
    assert message("error: no build\n\n  it needs musl 1.2.2;\n  there is none\n") == (
        "no build: it needs musl 1.2.2; there is none"
    )
    assert message("error: it needs libm\n\n  Nothing was changed\n") == "it needs libm. Nothing was changed"
    assert message("error: no build runs here\n  a.tar.gz   is for x86_64\n  b.tar.gz  too\n  hint: more\n") == (
        "no build runs here; a.tar.gz is for x86_64; b.tar.gz too"
    )


def test_every_word_has_a_symbol_of_its_own() -> None:
    assert len(set(WORDS.values())) == len(WORDS) == 4


NEAREST = """numpy 2.3 comes as 73 wheels (ready to install)

here: Debian 8 on x86_64: glibc 2.19; CPython 3.12
  No wheel fits. The nearest one is
    numpy-2.3-cp312-cp312-manylinux_2_27_x86_64.whl
    It needs glibc 2.27 or newer.
  The other 72:
    47 are for Windows
"""


def test_an_answer_that_is_a_no_gives_the_nearest_wheel_as_its_reason() -> None:
    nearest = "numpy-2.3-cp312-cp312-manylinux_2_27_x86_64.whl It needs glibc 2.27 or newer."
    assert no_wheel(Done(1, 1.0, NEAREST, "")) == f"No wheel fits. The nearest one is {nearest}"
    assert no_wheel(Done(1, 1.0, "", NO_WHEEL)) == no_wheel(Done(70, 1.0, NEAREST, "")) == ""
    assert first_line([Done(0, 1.0, NEAREST, "")]) == "numpy 2.3 comes as 73 wheels (ready to install)"
