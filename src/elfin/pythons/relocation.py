"""Files of a python-build-standalone archive that speak of `/install`, rewritten for where they are put.

The interpreter finds itself; what it was built with does not: sysconfig's data, pkg-config's, the Makefile and
`python-config` name the builder's folders and compilers (that project's "quirks"). Launchers in `bin` call
`realpath --`, which BusyBox does not know. Pure: a file's bytes in, its new bytes out. sysconfig's data is read as the
literal it is, never run.
"""

from __future__ import annotations

import posixpath
import re

from elfin.errors import MalformedArchive
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

BUILT_AT = "/install"
_COMPILERS = {"CC": "cc", "BLDSHARED": "cc", "LDSHARED": "cc", "LINKCC": "cc", "CXX": "c++", "LDCXXSHARED": "c++"}
_C = re.compile(r"(?:musl-)?clang|/usr/bin/[\w.+-]+-(?:gcc|clang)")
_CXX = re.compile(r"clang\+\+|/usr/bin/[\w.+-]+-(?:g\+\+|clang\+\+)")
_HERE = re.compile(rf"(?<![\w./-]){BUILT_AT}(?=[/\s\"':,]|$)", re.MULTILINE)

MARKER = (
    "[externally-managed]\n"
    "Error=This Python was installed by elfin, which may replace it as a whole.\n"
    " Make an environment for packages: elfin venv\n"
)
"""What EXTERNALLY-MANAGED says (PEP 668)."""


def concerns(path: str) -> bool:
    """Whether a file of this path in the installation may have to be rewritten."""
    folder, name = posixpath.split(path)
    if folder == "bin":
        return True
    if name.startswith("_sysconfigdata_") or name in ("Makefile", "build-details.json", "python-config.py"):
        return folder.startswith("lib/python")
    return folder == "lib/pkgconfig" and name.endswith(".pc")


def rewritten(path: str, data: bytes, prefix: str) -> bytes:
    """The bytes of the file `path` for an installation in `prefix` (absolute). Raises MalformedArchive."""
    folder, name = posixpath.split(path)
    if folder == "bin":
        return _program(name, data, prefix)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedArchive(f"{path} is no text") from error
    if name.startswith("_sysconfigdata_"):
        return _sysconfigdata(path, text, prefix).encode()
    if name.endswith(".pc"):
        return re.sub(rf"(?m)^(\w+)={BUILT_AT}(?=/|$)", r"\1=${pcfiledir}/../..", text).encode()
    if name == "Makefile":
        return _makefile(_HERE.sub(_escaped(prefix), text)).encode()
    return _HERE.sub(_escaped(prefix), text).encode()


def _escaped(prefix: str) -> str:
    return prefix.replace("\\", r"\\")


def _program(name: str, data: bytes, prefix: str) -> bytes:
    if not data.startswith(b"#!") or len(data) > 1 << 20:
        return data
    text = data.decode("utf-8", "surrogateescape")
    if name.endswith("-config"):
        text = _HERE.sub(_escaped(prefix), text)
        return re.sub(r"(?<![\w/-])(?:musl-)?clang(?![\w+-])", "cc", text).encode("utf-8", "surrogateescape")
    head, _, rest = text.partition("\n")
    called = re.match(r"'''exec' .*?/((?:python|pypy)[\w.]*)\"? \"\$0\" \"\$@\"\n' '''\n", rest)
    if head == "#!/bin/sh" and called is not None:
        rest = rest[called.end() :]
        program = called[1]
    elif head.startswith(f"#!{BUILT_AT}/bin/"):
        program = head.rpartition("/")[2].split()[0]
    else:
        return data
    # `readlink -f` is in coreutils, BusyBox and toybox alike; the folder may move, so nothing absolute is written.
    launcher = f'#!/bin/sh\n\'\'\'exec\' "$(dirname "$(readlink -f "$0")")/{program}" "$0" "$@"\n\' \'\'\'\n'
    return (launcher + rest).encode("utf-8", "surrogateescape")


def _sysconfigdata(path: str, text: str, prefix: str) -> str:
    values = _literal(path, text)
    told = {name: variable(name, value, prefix) for name, value in values.items()}
    told["PYTHON_BUILD_STANDALONE"] = 1
    lines = "".join(f"    {name!r}: {told[name]!r},\n" for name in sorted(told))
    return f"# system configuration generated and used by the sysconfig module\nbuild_time_vars = {{\n{lines}}}\n"


def _literal(path: str, text: str) -> dict[str, Any]:
    """The dictionary that the module assigns, whatever way its strings are written."""
    import ast

    try:
        for statement in ast.parse(text).body:
            if isinstance(statement, ast.Assign) and [ast.unparse(one) for one in statement.targets] == [
                "build_time_vars"
            ]:
                values = ast.literal_eval(statement.value)
                if isinstance(values, dict) and all(isinstance(name, str) for name in values):
                    return values
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise MalformedArchive(f"{path} cannot be read") from error
    raise MalformedArchive(f"{path} holds no build_time_vars")


def variable(name: str, value: Any, prefix: str) -> Any:
    """A build variable as it should be here: the compilers' common names, the real prefix, no SDK of the builder's."""
    if not isinstance(value, str):
        return value
    value = re.sub(r"(?:^|(?<=\s))-isysroot\s+\S+\s*", "", value)
    words = re.split(r"(\s+)", value)
    return "".join(_word(name, word, prefix) for word in words)


def _word(name: str, word: str, prefix: str) -> str:
    if word == BUILT_AT or word.startswith(BUILT_AT + "/"):
        return prefix + word[len(BUILT_AT) :]
    if name == "AR" and word.rpartition("/")[2] in ("llvm-ar", "ar"):
        return "ar"
    if name in _COMPILERS:
        if _CXX.fullmatch(word):
            return "c++"
        if _C.fullmatch(word):
            return "cc"
    return _HERE.sub(_escaped(prefix), word) if BUILT_AT in word else word


def _makefile(text: str) -> str:
    """`NAME= value` lines of compilers and archiver."""
    names = "|".join((*_COMPILERS, "AR"))

    def line(match: re.Match[str]) -> str:
        return match[1] + "".join(_word(match[2], word, "") for word in re.split(r"(\s+)", match[3]))

    return re.sub(rf"(?m)^(({names})\s*=\s*)(.*)$", line, text)
