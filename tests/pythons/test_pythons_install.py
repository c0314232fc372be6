"""Archives that are hostile or broken, files that are rewritten, and what a killed installation leaves behind."""

from __future__ import annotations

import ast
import errno
import gzip
import hashlib
import os
import platform
import sys
import sysconfig
import tarfile
import zlib
from pathlib import Path

import pytest

from elfin.errors import HashMismatch, Malformed, MalformedArchive, PlaceError, UnsafeArchive
from elfin.formats.elf import Header
from elfin.host.disk import FolderRoot
from elfin.host.libc import header_of
from elfin.pythons import (
    catalogue_build,
    child_ask,
    child_first_run,
    disk_managed,
    disk_unpack,
    manifest,
    mirrors,
    proof,
    relocation,
)
from elfin.pythons.catalogue import PythonBuild
from elfin.pythons.catalogue_source import Row
from elfin.pythons.manifest import Entry, Installed
from kit import elfsmith, faults
from kit import pythonarchives as kit
from kit.pythonarchives import Member, archive, link, member
from kit.roots import DictRoot


def build(name: str | None = None) -> PythonBuild:
    (one,) = catalogue_build.made([Row(f"https://example.org/{name or kit.name_of()}", None)]).builds
    return one


def unpacked(folder: Path, data: bytes, *, inner: str = "", sha256: str | None = None) -> list[Entry]:
    file = folder / "archive.tar.gz"
    file.write_bytes(data)
    target = folder / "python"
    target.mkdir()
    return disk_unpack.unpack(str(file), str(target), "/opt/py", inner=inner, sha256=sha256, relocate=True)


def test_everything_lands_with_modes_and_links(tmp_path: Path) -> None:
    entries = unpacked(tmp_path, archive([
        member("python/bin/python3.13", b"#!x", mode=0o4755),
        link("python/bin/python", "python3.13"),
        link("python/bin/python3", "./python", hard=False),
        link("python/bin/same", "python/bin/python3.13", hard=True),
        member("python/lib/a.py", b"a", mode=0o666),
        link("python/lib/up", "../bin/python"),
        member("python/lib/large", b"z" * (3 << 20)),
    ]))  # fmt: skip
    root = tmp_path / "python"
    assert (root / "bin/python3").resolve() == root / "bin/python3.13" == (root / "lib/up").resolve()
    assert (root / "bin/python3.13").stat().st_mode & 0o7777 == 0o755 and (
        root / "lib/a.py"
    ).stat().st_mode & 0o111 == 0
    assert (root / "bin/same").samefile(root / "bin/python3.13") and (root / "lib/large").stat().st_size == 3 << 20
    assert sorted(entry.path for entry in entries) == sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink()
    )
    assert manifest.files(manifest.files_text(entries)) == sorted(entries)


def test_of_a_full_archive_what_is_installed_counts(tmp_path: Path) -> None:
    data = archive([
        member("python/PYTHON.json", b"{}"),
        member("python/build/x.o", b"o" * 300_000),
        member("python/install/bin/python3.13", b"p"),
        link("python/install/bin/python3", "python3.13"),
    ])  # fmt: skip
    unpacked(tmp_path, data, inner="install")
    assert sorted(path.name for path in (tmp_path / "python").rglob("*")) == ["bin", "python3", "python3.13"]


GOOD = member("python/a", b"a")
HOSTILE: dict[str, list[Member]] = {
    "parent": [member("python/../../evil", b"x")],
    "absolute": [member("/evil", b"x")],
    "backslash": [member("python\\..\\evil", b"x")],
    "absolute link": [link("python/l", "/etc/passwd")],
    "link out": [link("python/l", "../../evil")],
    "link out by a link": [link("python/d", "."), link("python/l", "d/../../evil")],
    "chain of links out": [link("python/a1", ".."), link("python/b1", "a1/..")],
    "circle": [link("python/x", "y"), link("python/y", "x")],
    "through a link": [link("python/d", "/tmp"), member("python/d/evil", b"x")],
    "through a file": [member("python/d", b""), member("python/d/evil", b"x")],
    "hard link out": [link("python/h", "../evil", hard=True)],
    "hard link absolute": [link("python/h", "/etc/passwd", hard=True)],
    "hard link to nothing": [link("python/h", "python/later", hard=True), member("python/later", b"x")],
    "hard link to a link": [link("python/l", "a"), link("python/h", "python/l", hard=True)],
    "device": [member("python/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)],
    "fifo": [member("python/fifo", type=tarfile.FIFOTYPE)],
}
BROKEN: dict[str, list[Member]] = {
    "twice": [GOOD, member("python/a", b"b")],
    "link then file": [link("python/b", "a"), member("python/b", b"x")],
    "file then folder": [member("python/d/x", b"x"), member("python/d", b"x")],
    "two top folders": [GOOD, member("other/a", b"b")],
    "a file at the top": [member("python", b"x")],
    "control character": [member("python/a\x1b[31m", b"x")],
    "not UTF-8": [member(b"python/\xff\xfe".decode("utf-8", "surrogateescape"), b"x")],
    "deep": [member("python/" + "d/" * 2100 + "x", b"x")],
    "long": [member("python/" + "n" * 300, b"x")],
    "dots": [member("python/./a/./b", b"x")],
    "empty link": [link("python/l", "")],
    "endless link": [link("python/l", "a/" * 4000)],
    "nothing": [],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("dialect", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_hostile_archive_is_refused_and_nothing_lands_outside(name: str, dialect: int, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.parent.iterdir()}
    with pytest.raises((UnsafeArchive, MalformedArchive)) as caught:
        unpacked(tmp_path, archive([GOOD, *HOSTILE[name]], dialect=dialect))
    assert isinstance(caught.value, UnsafeArchive) or name in ("through a file",)
    assert {path.name for path in tmp_path.iterdir()} == {"archive.tar.gz", "python"}
    assert {path.name for path in tmp_path.parent.iterdir()} == before


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedArchive):
        unpacked(tmp_path, archive(BROKEN[name]))


def raw(size: int, name: bytes = b"python/a", kind: bytes = b"0", more: bytes = b"") -> bytes:
    """One ustar header with a size that may lie."""
    head = bytearray(512)
    head[: len(name)] = name
    head[100:108] = b"0000644\0"
    head[124:136] = b"%011o\0" % size
    head[156:157] = kind
    head[257:265] = b"ustar\x0000"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + more


WHOLE = archive([GOOD, member("python/b", os.urandom(9000))])
STREAMS = {
    "not gzip": b"PK\x03\x04 and so on" * 100,
    "a page": b"<!doctype html><title>no</title>" * 50,
    "empty": b"",
    "cut off": WHOLE[:-2000],
    "cut off within the end": WHOLE[:-4],
    "a flipped bit": WHOLE[:4000] + bytes([WHOLE[4000] ^ 255]) + WHOLE[4001:],
    "garbage behind": WHOLE + b"garbage",
    "garbage behind the tar": gzip.compress(gzip.decompress(WHOLE) + b"x" * 600),
    "a size that lies": gzip.compress(raw(1 << 30) + b"x" * 512 + bytes(1024)),
    "an absurd size": gzip.compress(raw(0)[:124] + b"\x80" + b"\xff" * 11 + raw(0)[136:]),
    "a pax header of 64 MiB": gzip.compress(raw(64 << 20, kind=b"x") + bytes(4096)),
    "sparse": gzip.compress(raw(512, kind=b"S", more=bytes(2048))),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_broken_stream_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises((MalformedArchive, UnsafeArchive)):
        unpacked(tmp_path, STREAMS[name])


def test_zstd_is_read_too(tmp_path: Path) -> None:
    zstd = pytest.importorskip("backports.zstd")
    data = zstd.compress(gzip.decompress(archive(kit.small())))
    assert len(unpacked(tmp_path, data)) == len(kit.small())


def test_a_bomb_of_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elfin.pythons.unpacking.MOST_MEMBERS", 50)
    with pytest.raises(MalformedArchive, match="absurdly much"):
        unpacked(tmp_path, archive([member(f"python/{number}") for number in range(60)]))


@pytest.mark.parametrize("data", [WHOLE, WHOLE[:-2000], b"<html>", archive(HOSTILE["parent"])])
def test_other_bytes_than_promised_are_what_is_told(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(HashMismatch):
        unpacked(tmp_path, data, sha256="0" * 64)


def test_the_promised_bytes_are_taken(tmp_path: Path) -> None:
    assert unpacked(tmp_path, WHOLE, sha256=hashlib.sha256(WHOLE).hexdigest())


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("prefix", "/install", "/opt/py"),
        ("BINDIR", "/install/bin", "/opt/py/bin"),
        ("LDFLAGS", "-L. -lpython3.10", "-L. -lpython3.10"),
        ("CC", "clang -pthread", "cc -pthread"),
        ("CC", "musl-clang", "cc"),
        ("CC", "/usr/bin/riscv64-linux-gnu-gcc -pthread", "cc -pthread"),
        ("CXX", "clang++ -pthread", "c++ -pthread"),
        ("LDCXXSHARED", "/usr/bin/aarch64-linux-gnu-g++ -shared", "c++ -shared"),
        ("AR", "/tools/llvm/bin/llvm-ar", "ar"),
        ("AR", "/tools/clang-linux64/bin/llvm-ar", "ar"),
        ("CFLAGS", "-isysroot /SDK/MacOSX.sdk -O3", "-O3"),
        ("CFLAGS", "-O3 -isysroot /SDK/MacOSX.sdk", "-O3 "),
        ("CFLAGS", "-I/installed/x /installer", "-I/installed/x /installer"),
        ("CONFIG_ARGS", "'--prefix=/install' 'CC=clang'", "'--prefix=/opt/py' 'CC=clang'"),
        ("CC_VERSION", "clang", "clang"),
        ("N", 3, 3),
    ],
)
def test_build_variables_speak_of_this_place(name: str, before: object, after: object) -> None:
    assert relocation.variable(name, before, "/opt/py") == after


@pytest.mark.parametrize("how", ["literal", "json", "implicit"])
def test_sysconfigs_data_is_read_as_the_literal_it_is(how: str) -> None:
    text = {
        "literal": "# x\nbuild_time_vars = {'prefix': '/install', 'N': 1}\n",
        "json": '# x\nbuild_time_vars = {\n    "prefix": "/install",\n    "N": 1\n}\n',
        "implicit": "build_time_vars = {'prefix': '/inst'\n 'all',\n 'N': 1}\n",
    }[how]
    path = "lib/python3.13/_sysconfigdata__linux_.py"
    done = relocation.rewritten(path, text.encode(), "/opt/it's").decode()
    values = ast.literal_eval(done.partition("= ")[2])
    assert values == {"prefix": "/opt/it's", "N": 1, "PYTHON_BUILD_STANDALONE": 1}


@pytest.mark.parametrize("text", ["import os\nbuild_time_vars = os.environ", "x = 1", "build_time_vars = [", "\xff"])
def test_sysconfigs_data_is_never_run(text: str) -> None:
    with pytest.raises(MalformedArchive):
        relocation.rewritten("lib/python3.13/_sysconfigdata_x.py", text.encode("latin-1"), "/opt/py")


def test_other_files_speak_of_this_place() -> None:
    pc = relocation.rewritten("lib/pkgconfig/python3.pc", b"prefix=/install\nexec_prefix=${prefix}\n", "/opt/py")
    assert pc == b"prefix=${pcfiledir}/../..\nexec_prefix=${prefix}\n"
    make = b"CC=\t\tmusl-clang\nprefix=\t/install\nX= /install-sh /a/install/b\nAR= /tools/llvm/bin/llvm-ar\n"
    done = relocation.rewritten("lib/python3.13/config-3.13/Makefile", make, "/opt/py")
    assert done == b"CC=\t\tcc\nprefix=\t/opt/py\nX= /install-sh /a/install/b\nAR= ar\n"
    config = relocation.rewritten("bin/python3.13-config", b'#!/bin/sh\nprefix="/install"\nCC="clang"\n', "/opt/py")
    assert config == b'#!/bin/sh\nprefix="/opt/py"\nCC="cc"\n'
    details = relocation.rewritten("lib/python3.14/build-details.json", b'{"base_prefix": "/install"}', "/opt/py")
    assert details == b'{"base_prefix": "/opt/py"}'
    script = "lib/python3.13/config-3.13-x86_64-linux-gnu/python-config.py"
    assert relocation.concerns(script)
    assert relocation.rewritten(script, b"#!/install/bin/python3.13\n", "/opt/py") == b"#!/opt/py/bin/python3.13\n"


@pytest.mark.parametrize(
    "head",
    [
        '#!/bin/sh\n\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")/python3.13" "$0" "$@"\n\' \'\'\'\n',
        "#!/bin/sh\n'''exec' \"$(dirname \"$0\")/python3.13\" \"$0\" \"$@\"\n' '''\n",
        "#!/install/bin/python3.13\n",
    ],
)
def test_launchers_do_without_what_busybox_lacks(head: str) -> None:
    done = relocation.rewritten("bin/pip", f"{head}import sys\n".encode(), "/opt/py").decode()
    assert "realpath" not in done and "--" not in done and "/install" not in done
    assert done.startswith("#!/bin/sh\n") and '/python3.13" "$0" "$@"' in done and done.endswith("import sys\n")
    compile(done, "pip", "exec")
    assert relocation.rewritten("bin/python3.13", b"\x7fELF/install", "/opt/py") == b"\x7fELF/install"


def head(data: bytes) -> Header:
    found = header_of(DictRoot({"/p": data}), "/p")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "data", "there", "words"),
    [
        (None, elfsmith.program(kit.MUSL_LOADER, "aarch64"), True, None),
        (None, elfsmith.program(kit.MUSL_LOADER, "aarch64"), None, None),
        (None, elfsmith.program(kit.MUSL_LOADER, "aarch64"), False, "needs the loader /lib/ld-musl-aarch64.so.1"),
        (None, elfsmith.program(elfsmith.MUSL_LOADER), True, "is for x86_64, not aarch64"),
        (None, elfsmith.program("/lib/ld-linux-aarch64.so.1", "aarch64"), True, "is for glibc, not musl"),
        (None, elfsmith.program(None, "aarch64"), True, "is static, though"),
        (kit.name_of(tag="20250101", platform="x86_64-unknown-linux-musl"), elfsmith.program(None), True, None),
        (kit.name_of(tag="20250101", platform="x86_64-unknown-linux-musl"), elfsmith.program(), True, "is not static"),
    ],
)  # fmt: skip
def test_the_executable_is_looked_at_before_it_is_run(
    name: str | None, data: bytes, there: bool | None, words: str | None
) -> None:
    wrong = proof.of_header(build(name), head(data), there)
    assert wrong is None if words is None else wrong is not None and words in wrong
    assert proof.of_header(build(), None, None) == "its executable is no ELF program"


def test_what_it_says_of_itself_is_compared() -> None:
    musl = build(kit.name_of("3.13.9", "20251101", "x86_64-unknown-linux-musl"))
    output = b"hello\nelfin\tcpython\t3.13.9\t0\t0\t.cpython-313-x86_64-linux-musl.so\tcpython-313-x86_64-linux-musl\n"
    good = proof.answer(output)
    assert good is not None and good.soabi == "cpython-313-x86_64-linux-musl"
    assert proof.of_answer(musl, good) is None
    wrongs = {
        "it says that it is version 3.13.8": good._replace(version="3.13.8"),
        "it says that it is pypy": good._replace(implementation="pypy"),
        "it has no GIL": good._replace(free_threaded=True),
        "it looks for extension modules named .cpython-313-x86_64-linux-gnu.so, which is for glibc": good._replace(
            ext_suffix=".cpython-313-x86_64-linux-gnu.so"
        ),
    }
    for words, known in wrongs.items():
        assert proof.of_answer(musl, known) == words


def test_a_graalpy_says_a_patch_version_that_no_list_knows() -> None:
    listed = build()._replace(implementation="graalpy", version="3.12.0", libc="glibc")
    known = proof.Answer("graalpy", "3.12.8", False, False, ".so", "")
    assert proof.of_answer(listed, known) is None
    assert proof.of_answer(listed, known._replace(version="3.11.8")) == "it says that it is version 3.11.8"
    assert proof.of_answer(listed._replace(implementation="pypy"), known._replace(implementation="pypy")) is not None


@pytest.mark.parametrize("output", [b"", b"hello\n", b"elfin\tcpython\n", b"\xff\xfe", b"\t" * 6, b'{"elfin": 1}'])
def test_what_is_no_answer_is_told(output: bytes) -> None:
    assert proof.answer(output) is None


def test_every_python_here_answers_at_its_first_start() -> None:
    here = FolderRoot("/")
    script = str(Path(child_first_run.__file__).with_name("_first.py"))
    known = proof.answer(child_ask.said(os.path.realpath(sys.executable), here, None, script))
    assert known is not None and known.version == platform.python_version().rstrip("+")
    assert known.ext_suffix == sysconfig.get_config_var("EXT_SUFFIX")
    assert known.implementation == sys.implementation.name and known.soabi == sysconfig.get_config_var("SOABI")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("python: /lib/libc.so.6: version `GLIBC_2.38' not found (required by python)", "needs glibc 2.38"),
        (
            "could not load (status 127): Error relocating /p/bin/python3: copy_file_range: symbol not found",
            "newer musl",
        ),
        ("Error loading shared library libatomic.so.1: No such file", "needs the library libatomic.so.1"),
        ("error while loading shared libraries: libcrypt.so.1: cannot open", "needs the library libcrypt.so.1"),
        ("/p/python was ended by signal 4", "instructions that this processor does not have"),
        ("/p/python was ended by signal 11", "crashes"),
        ("anything else", "anything else"),
    ],
)
def test_failures_are_translated(message: str, words: str) -> None:
    assert words in proof.translated(message)[0]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("#!/bin/sh\nkill -ILL $$\n", "instructions that this processor does not have"),
        ("#!/bin/sh\necho 'x: version `GLIBC_2.99'\"'\"' not found (required by x)' >&2; exit 1\n", "needs glibc 2.99"),
        ("#!/bin/sh\nexit 127\n", "could not load"),
        ("#!/does/not/exist\n", "/does/not/exist"),
    ],
)
def test_a_first_run_that_fails_says_why(script: str, words: str, tmp_path: Path) -> None:
    program = tmp_path / "python3.13"
    program.write_text(script)
    program.chmod(0o755)
    with pytest.raises(PlaceError) as caught:
        child_first_run.run(build(), str(program), FolderRoot("/"))
    assert words in caught.value.message and "was not installed" in caught.value.message


def put(root: Path, *, data: bytes | None = None) -> Installed:
    """Install the small archive, as the flow does, but for the run."""
    one = build()
    file = root.parent / "archive.tar.gz"
    if not file.exists():
        file.write_bytes(data or archive(kit.small()))
    with disk_managed.working(str(root), one.key) as work:
        staged = os.path.join(work, "python")
        os.mkdir(staged)
        final = str(root / one.key)
        entries = disk_unpack.unpack(str(file), staged, final, inner="", sha256=None, relocate=True)
        made = Installed(one.key, one, final, "bin/python3.13", False, "not run")
        disk_managed.finish(staged, entries, made)
        disk_managed.publish(work, staged, final)
    return made


def tidy(root: Path) -> list[str]:
    return sorted(os.listdir(root))


def test_what_was_installed_is_found_again_and_whole(tmp_path: Path) -> None:
    made = put(tmp_path / "root")
    (found,) = disk_managed.installed(str(tmp_path / "root"))
    assert found == made and disk_managed.faults(found) == [] and tidy(tmp_path / "root") == [made.key]


def test_damage_is_told_and_additions_are_none(tmp_path: Path) -> None:
    made = put(tmp_path / "root")
    prefix = Path(made.prefix)
    (prefix / "lib/python3.13/added.py").write_text("fine")
    assert disk_managed.faults(made) == []
    (prefix / "lib/python3.13/os.py").write_text("# so\n")
    (prefix / "bin/pip").unlink()
    (prefix / "bin/python3").unlink()
    (prefix / "bin/python3").symlink_to("elsewhere")
    (prefix / "bin/python3.13").chmod(0o644)
    assert disk_managed.faults(made) == [
        "bin/pip is missing",
        "bin/python3 leads elsewhere",
        "bin/python3.13 may not be executed any more",
        "lib/python3.13/os.py was changed",
    ]


def test_a_kill_at_any_step_leaves_nothing_or_a_whole_python(tmp_path: Path) -> None:
    at, seen = 1, set()
    while True:
        root = tmp_path / f"root{at}"
        with faults.fault(at, None) as struck:
            try:
                put(root)
            except faults.Killed:
                pass
        if not struck.struck:
            break
        whole = disk_managed.installed(str(root))
        seen.add(len(whole))
        for one in whole:
            assert disk_managed.faults(one) == []
        disk_managed.sweep(str(root))
        if root.exists():
            assert set(tidy(root)) <= {one.key for one in whole}
        assert disk_managed.faults(put(root)) == []
        assert tidy(root) == [build().key]
        at += 1
    assert seen == {0, 1} and at > 25


def test_a_kill_while_one_takes_the_place_of_another_keeps_one(tmp_path: Path) -> None:
    at = 1
    while True:
        root = tmp_path / f"root{at}"
        put(root)
        with faults.fault(at, None) as struck:
            try:
                put(root)
            except faults.Killed:
                pass
        if not struck.struck:
            break
        disk_managed.sweep(str(root))
        (left,) = disk_managed.installed(str(root))
        assert disk_managed.faults(left) == [] and tidy(root) == [left.key]
        at += 1


def test_a_kill_while_one_is_removed_leaves_it_whole_or_gone(tmp_path: Path) -> None:
    at = 1
    while True:
        root = tmp_path / f"root{at}"
        made = put(root)
        with faults.fault(at, None) as struck:
            try:
                with disk_managed.working(str(root), made.key) as work:
                    disk_managed.take_out(work, made.prefix)
            except faults.Killed:
                pass
        if not struck.struck:
            break
        disk_managed.sweep(str(root))
        left = disk_managed.installed(str(root))
        assert all(disk_managed.faults(one) == [] for one in left) and tidy(root) == [one.key for one in left]
        at += 1
    assert disk_managed.installed(str(root)) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_failing_disk_is_told_and_nothing_is_left(number: int, tmp_path: Path) -> None:
    for at in range(8, 40, 7):
        root = tmp_path / f"root{at}"
        with faults.fault(at, number), pytest.raises(PlaceError) as caught:
            put(root)
        assert str(root) in caught.value.message
        assert tidy(root) == []


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "root" / build().key
    foreign.mkdir(parents=True)
    (foreign / "mine").write_text("x")
    with pytest.raises(PlaceError, match="elfin did not install it"):
        put(tmp_path / "root")
    assert [path.name for path in foreign.iterdir()] == ["mine"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 9}', "\x00"])
def test_a_broken_record_is_no_python(text: str, tmp_path: Path) -> None:
    made = put(tmp_path / "root")
    (Path(made.prefix) / manifest.RECORD).write_text(text)
    assert disk_managed.installed(str(tmp_path / "root")) == []
    for read in (lambda: manifest.record(text, "/x"), lambda: manifest.files("a\tb")):
        with pytest.raises(Malformed):
            read()


def test_links_belong_to_whom_they_lead_to(tmp_path: Path) -> None:
    root, path = str(tmp_path / "root"), tmp_path / "bin" / "python3.13"
    assert disk_managed.set_link(str(path), f"{root}/cpython-1/bin/python3.13")
    assert disk_managed.owner_of_link(str(path), root) == f"{root}/cpython-1"
    assert disk_managed.set_link(str(path), f"{root}/cpython-2/bin/python3.13")
    assert disk_managed.owner_of_link(str(path), root) == f"{root}/cpython-2"
    path.unlink()
    path.symlink_to("/usr/bin/python3")
    assert disk_managed.owner_of_link(str(path), root) is None
    path.unlink()
    path.write_text("mine")
    assert disk_managed.owner_of_link(str(path), root) is None


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("3.13.9", "3.13.8", True), ("3.13.8", "3.13.8", False), ("3.13.8", "3.13.9", False),
        ("3.14.0", "3.13.9", False),
        ("3.14.0", "3.14.0a1", True), ("3.14.0a1", "3.14.0", False), ("3.14.0a2", "3.14.0a1", True),
        ("3.13.10", "3.13.9", True),
    ],
)  # fmt: skip
def test_what_is_an_upgrade(new: str, old: str, expected: bool) -> None:
    assert manifest.is_upgrade(build(kit.name_of(new)), build(kit.name_of(old))) is expected


def test_a_later_build_is_an_upgrade_and_another_kind_is_none() -> None:
    assert manifest.is_upgrade(build(kit.name_of(tag="20251102")), build())
    assert not manifest.is_upgrade(build(kit.name_of("3.13.10", platform="aarch64-unknown-linux-gnu")), build())


def test_where_archives_are_looked_for() -> None:
    one = build()._replace(url=f"{mirrors.STANDALONE}20251101/{kit.name_of().replace('+', '%2B')}")
    quoted, plain = kit.name_of().replace("+", "%2B"), kit.name_of()
    assert mirrors.candidates(one, ()) == (f"{mirrors.OFFICIAL_MIRROR}20251101/{quoted}", one.url)
    assert mirrors.candidates(one, ("http://m/x/", "/folder")) == (
        f"http://m/x/20251101/{quoted}", f"http://m/x/20251101/{plain}", f"http://m/x/{quoted}", f"http://m/x/{plain}",
        f"/folder/20251101/{quoted}", f"/folder/20251101/{plain}", f"/folder/{quoted}", f"/folder/{plain}",
    )  # fmt: skip
    assert mirrors.path_of("file:///a%20b") == "/a b" and mirrors.path_of("http://m") is None


def test_crc_is_of_what_was_written(tmp_path: Path) -> None:
    made = put(tmp_path / "root")
    rows = {entry.path: entry for entry in manifest.files((Path(made.prefix) / manifest.FILES).read_text())}
    data = (Path(made.prefix) / "lib/pkgconfig/python3.pc").read_bytes()
    assert rows["lib/pkgconfig/python3.pc"].crc == zlib.crc32(data) and b"pcfiledir" in data
