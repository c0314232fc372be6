"""A `_manylinux` module (PEP 600) of a root, read without running it: what its text alone answers."""

from __future__ import annotations

import pytest

from elfin.host.detect import detect
from elfin.pythons import reading
from kit import elfsmith
from kit.elfsmith import GLIBC_LOADER
from kit.roots import DictRoot

MODULE = "/usr/lib/python3.12/site-packages/_manylinux.py"
CONSTANTS = "".join(f"manylinux{name}_compatible = False\n" for name in ("1", "2010", "2014"))
REFUSES = dict.fromkeys((f"2_{minor}" for minor in range(61)), False)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"{CONSTANTS}\ndef manylinux_compatible(*a, **k):  # PEP 600\n    return False\n", REFUSES),
        ('"""Ours."""\n\ndef manylinux_compatible(*_):\n    """No."""\n    return False\n', REFUSES),
        ("def manylinux_compatible(*_):\n    return None\n", dict.fromkeys(REFUSES, True)),
        (CONSTANTS, {"manylinux1": False, "manylinux2010": False, "manylinux2014": False}),
        ("manylinux1_compatible = None\nmanylinux2014_compatible = 0\n", {"manylinux2014": False}),
        ("def manylinux_compatible(a, tag_minor, b):\n    return tag_minor <= 17\n", None),
        ("@cached\ndef manylinux_compatible(*_):\n    return False\n", None),
        ("if True:\n    manylinux1_compatible = False\n", None),
        ("def manylinux_compatible(", None),
        ("x = '\\d'" + "(" * 30000, None),
        ("manylinux1_compatible = '\0'\n", None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_constants_and_a_constant_answer_are_believed_together(text: str, answer: dict[str, bool] | None) -> None:
    root = DictRoot(
        {
            "/usr/bin/python3.12": elfsmith.elf(interpreter=GLIBC_LOADER, rodata=b"\0" + b"3.12.4\0"),
            "/usr/lib/python3.12/os.py": "",
            MODULE: text,
        }
    )
    (known,) = reading.interpreters(root, detect(root, None))
    assert known.manylinux == answer and reading.manylinux_module(root, known) == MODULE
