"""Requirements files are read as pip reads them; what is wrong is shown with its line, and never a secret."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import UsageError
from elfin.formats import requirementsfile
from elfin.formats.requirementsfile import (
    DirectReference,
    Editable,
    Ignored,
    Line,
    Nested,
    Option,
    PinnedLine,
    RequirementText,
)

A64, B64 = "a" * 64, "b" * 64


def read(source: str, **environ: str) -> list[Line]:
    return list(requirementsfile.parse(source, "r.txt", environ))


def one(source: str, **environ: str) -> Line:
    (line,) = read(source, **environ)
    return line


def complaint(source: str, **environ: str) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        understood(source, **environ)
    return caught.value.message, caught.value.state or ""


def understood(source: str, **environ: str) -> list[Line]:
    """All lines, after packaging has read the requirements among them."""
    lines = read(source, **environ)
    for line in lines:
        if isinstance(line, PinnedLine | RequirementText):
            requirementsfile.requirement(line)
    return lines


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("numpy==1.26.4", ("numpy", "1.26.4", (), None, ())),
        ("  Zope.Interface == 5.0.post1.dev2  # why", ("Zope.Interface", "5.0.post1.dev2", (), None, ())),
        ("a[x, y-z]==1!2.0rc1+cu118.x", ("a", "1!2.0rc1+cu118.x", ("x", "y-z"), None, ())),
        ("a==1 ; python_version < '3.9'", ("a", "1", (), "python_version < '3.9'", ())),
        ("a==1;os_name=='nt' --hash=sha256:" + A64, ("a", "1", (), "os_name=='nt'", (("sha256", A64),))),
        (
            "a==1 \\\n    --hash=sha256:" + A64.upper() + " \\\n    --hash sha512:" + B64 * 2,
            ("a", "1", (), None, (("sha256", A64), ("sha512", B64 * 2))),
        ),
        ("a==1 \\\n  --hash=sha256:" + A64 + " \\\n  # via b\nc==2", None),
    ],
)
def test_pins(source: str, expected: tuple[object, ...] | None) -> None:
    lines = read(source)
    assert all(isinstance(line, PinnedLine) for line in lines)
    if expected is not None:
        assert lines[0][:5] == expected
    else:
        assert [line[:2] for line in lines] == [("a", "1"), ("c", "2")]
        assert [line.at.line for line in lines] == [1, 4]


@pytest.mark.parametrize(
    "source",
    [
        "a",
        "a>=1",
        "a==1.*",
        "a===1",
        "a==1,<2",
        "a==1.0-1",
        "a==v1",
        "a~=1.0",
        "a==1.0RC1",
        "a==1 ;",
        "a[x y]==1",
        "_a==1",
        "a==1.0_1",
        "a==01.٣",
    ],
)
def test_what_is_more_than_a_plain_pin_is_left_to_packaging(source: str) -> None:
    line = one(source)
    assert isinstance(line, RequirementText)
    assert line.text == source


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.from_regex(
        r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,3}(\[[a-z, ]{0,3}\])? ?==[0-9!.abrcpostdev+*-]{1,8}( ?; ?os_name == 'x')?",
        fullmatch=True,
    )
)
def test_a_pin_is_what_packaging_would_have_read(source: str) -> None:
    from packaging.requirements import Requirement

    line = requirementsfile.argument(source)
    if isinstance(line, PinnedLine):
        expected = Requirement(source)
        assert (line.name, f"=={line.version}", set(line.extras)) == (
            expected.name,
            str(expected.specifier),
            expected.extras,
        )
        assert requirementsfile.requirement(line) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("./a.whl", (None, (), "./a.whl", None)),
        ("../x/a.whl[fast] ; os_name == 'nt'", (None, ("fast",), "../x/a.whl", "os_name == 'nt'")),
        ("/abs/a.whl", (None, (), "/abs/a.whl", None)),
        (".", (None, (), ".", None)),
        ("..[fast]", (None, ("fast",), "..", None)),
        ("A.ZIP", (None, (), "A.ZIP", None)),
        ("a.tbz", (None, (), "a.tbz", None)),
        ("a-1-py3-none-any.whl", (None, (), "a-1-py3-none-any.whl", None)),
        ("file:///a.whl", (None, (), "file:///a.whl", None)),
        ("https://h/a.whl#sha256=00", (None, (), "https://h/a.whl#sha256=00", None)),
        ("git+https://h/a@v1", (None, (), "git+https://h/a@v1", None)),
        ("A.b[x,y] @ https://h/a;b.whl ; os_name=='nt'", ("A.b", ("x", "y"), "https://h/a;b.whl", "os_name=='nt'")),
        ("a@./b.whl", ("a", (), "./b.whl", None)),
        ("a @ https://${USER}:${GONE}@h/", ("a", (), "https://me:${GONE}@h/", None)),
    ],
)
def test_direct_references(source: str, expected: tuple[object, ...]) -> None:
    line = one(source, USER="me", EMPTY="")
    assert isinstance(line, DirectReference)
    assert line[:4] == expected


def test_a_direct_reference_may_have_hashes() -> None:
    line = one(f"a @ https://h/a.whl --hash=sha256:{A64}")
    assert isinstance(line, DirectReference)
    assert line.hashes == (("sha256", A64),)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-r other.txt", [(Nested, "other.txt", False)]),
        ("-rother.txt  # x", [(Nested, "other.txt", False)]),
        ("--requirement='my file.txt'", [(Nested, "my file.txt", False)]),
        ("-c c.txt", [(Nested, "c.txt", True)]),
        ("--constraint c.txt", [(Nested, "c.txt", True)]),
        ("-e .", [(Editable, ".")]),
        ("--editable=git+https://h/x", [(Editable, "git+https://h/x")]),
        ("-i https://h/", [(Option, "--index-url", "https://h/")]),
        ("--pypi-url https://h/", [(Option, "--index-url", "https://h/")]),
        (
            "--index-url=https://${T}@h/ --extra-index-url https://i/",
            [(Option, "--index-url", "https://x@h/"), (Option, "--extra-index-url", "https://i/")],
        ),
        ("--no-index -f ./wheels", [(Option, "--no-index", None), (Option, "--find-links", "./wheels")]),
        ("--pre\n--require-hashes", [(Option, "--pre", None), (Option, "--require-hashes", None)]),
        ("--only-binary :all:", [(Option, "--only-binary", ":all:")]),
        ("--trusted-host h", [(Ignored, "--trusted-host", "elfin checks certificates of every host")]),
        ("--prefer-binary", [(Ignored, "--prefer-binary", "elfin installs wheels only")]),
    ],
)
def test_options(source: str, expected: list[tuple[object, ...]]) -> None:
    assert [(type(line), *line[:-1]) for line in read(source, T="x")] == expected


def test_lines_comments_and_numbers() -> None:
    source = "\n# c\r\na==1#no comment\rb==2 # c\n\n-r \\\n  x.txt\nc \\\n\nd==\\\n4\\"
    assert [(line.at.line, line.at.source) for line in read(source)] == [
        (3, "a==1#no comment"),
        (4, "b==2"),
        (6, "-r   x.txt"),
        (8, "c"),
        (10, "d==4"),
    ]


@pytest.mark.parametrize(
    ("source", "message", "state"),
    [
        (
            "a==1\n\nb >= ; x",
            "r.txt:3: expected semicolon (after name with no version specifier) or end",
            "b >= ; x\n  ^",
        ),
        ("a>=1 ; pythn > '3'", "r.txt:1: expected a marker variable or quoted string", "a>=1 ; pythn > '3'\n       ^"),
        ("a==1 --hash=md5:00", "r.txt:1: expected a hash by sha256, sha384, sha512", "a==1 --hash=md5:00\n     ^"),
        ("a==1 --hash=sha256:00", "r.txt:1: expected 64 hex digits behind `sha256:`", "a==1 --hash=sha256:00\n     ^"),
        ("a==1 --hash", "r.txt:1: expected only `--hash=ALGORITHM:HEX` behind a requirement", "a==1 --hash\n     ^"),
        (
            "a==1 --global-option=x",
            "r.txt:1: expected only `--hash=ALGORITHM:HEX` behind a requirement",
            "a==1 --global-option=x\n     ^",
        ),
        ("-r", "r.txt:1: expected a value behind --requirement", "-r\n  ^"),
        ("--pre=1", "r.txt:1: expected --pre without a value", "--pre=1\n^"),
        ("--pre x", "r.txt:1: expected an option", "--pre x\n      ^"),
        ("--wat 1", "r.txt:1: expected an option of requirements files, and `--wat` is none", "--wat 1\n^"),
        ("-r 'x", "r.txt:1: expected a quotation mark to be closed", "-r 'x\n    ^"),
    ],
)
def test_errors_point_at_the_place(source: str, message: str, state: str) -> None:
    assert complaint(source) == (message, state)


def test_a_long_line_is_shown_around_the_caret() -> None:
    state = complaint("a>=1, <" + "2, <" * 100 + "x ; wat > 1")[1]
    excerpt, caret = state.splitlines()
    assert len(excerpt) <= 120
    assert caret.strip() == "^"


@pytest.mark.parametrize(
    "source",
    [
        "a => https://u:hunter2@h/x.whl",
        "--wat https://u:hunter2@h/",
        "-xhttps://hunter2@h/",
        "--index-url https://u:hunter2@h/ wat",
        "https://u:hunter2@h/x.whl?token=hunter2 --hash=md5:0",
        "a>=${TOKEN} wat",
        "-x${TOKEN}",
        "--hash ${TOKEN}",
        "a==1 --wat=${TOKEN}",
        "a==1 --hash=${TOKEN}:0",
        "${TOKEN}",
    ],
)
def test_a_bad_line_shows_no_secret(source: str) -> None:
    assert "hunter2" not in " ".join(complaint(source, TOKEN="hunter2 !"))


@pytest.mark.parametrize("source", ["a @ https://u:hunter2@h/x.whl ; wat > 1", "a==1 ; wat > 1"])
def test_a_bad_marker_is_pointed_at(source: str) -> None:
    line = one(source)
    assert isinstance(line, PinnedLine | DirectReference)
    with pytest.raises(UsageError, match=r"r\.txt:1: expected a marker") as caught:
        requirementsfile.marker(line)
    assert "hunter2" not in (caught.value.state or "")
    assert ("^" in (caught.value.state or "")) == ("hunter2" not in source)


def test_a_marker_is_read() -> None:
    line = one("a==1 ; os_name == 'nt'")
    assert isinstance(line, PinnedLine)
    read_marker = requirementsfile.marker(line)
    assert read_marker is not None
    assert not read_marker.evaluate({"os_name": "posix"})


def test_a_typed_requirement_is_named_itself() -> None:
    line = requirementsfile.argument(" b >> 1")
    assert isinstance(line, RequirementText)
    with pytest.raises(UsageError, match=r"^`b >> 1`: expected") as caught:
        requirementsfile.requirement(line)
    assert caught.value.state == "b >> 1\n  ^"


def test_depth_and_length_are_bounded() -> None:
    assert "requirement" in complaint("a ; " + "(" * 20000 + "os_name == 'x'" + ")" * 20000)[0]
    assert "not nested so deeply" in complaint("a ; " + "(" * 7000 + "os_name == 'x'" + ")" * 7000)[0]
    assert "at most 16384 characters" in complaint("a==" + "1" * 400_000 + "+")[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a\n\xe9".encode("latin-1"), "r.txt:2: expected UTF-8 text, and there is a byte 0xe9"),
        ("a".encode("utf-16"), "UTF-16"),
        (b"a\n\nb\0", "r.txt:3: expected text, and there is a NUL character"),
        (b"x" * (requirementsfile.LARGEST_FILE + 1), "at most 16 MiB"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        requirementsfile.text(data, "r.txt")
    assert said in caught.value.message


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert requirementsfile.text(b"\xef\xbb\xbfa==1", "r.txt") == "a==1"


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.text(st.sampled_from(list("ab1=<>;,[]()@-r'\"#\\\n ${}A:/.")), max_size=40))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        lines = read(source, A="x")
    except UsageError as error:
        refused = error.message
    else:
        refused = "r.txt:"
        assert all(line.at.line >= 1 and line.at.source for line in lines)
    assert refused.startswith("r.txt:")


def test_pins_are_read_without_packaging() -> None:
    code = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from elfin.formats import requirementsfile\n"
        f"source = '-r x\\na==1 ; os_name == \"x\" \\\\\\n  --hash=sha256:{A64}\\n./x.whl'\n"
        "found = requirementsfile.parse(source, 'r.txt', {})\n"
        "assert len(found) == 3, found\n"
        "print(sorted({'packaging', 'shlex', 'dataclasses', 'pathlib'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
