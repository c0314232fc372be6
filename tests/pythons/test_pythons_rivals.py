"""What other managers of python-build-standalone's Pythons were seen to get wrong, one row a tool, and elfin's answer.

The rows are those of the field notes on python-build-standalone, section 4: how each tool tells libc, level and float
ABI, and what it takes on Alpine or on an old processor.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from elfin.errors import PlaceError
from elfin.host.detect import Facts, detect
from elfin.host.disk import FolderRoot
from elfin.host.libc import header_of
from elfin.host.model import Host
from elfin.host.named import Unknown, named
from elfin.pythons import catalogue, catalogue_build, child, choose, proof
from elfin.pythons.catalogue import Catalogue, PythonBuild
from elfin.pythons.catalogue_name import parse as parse_name
from elfin.pythons.catalogue_source import Row
from elfin.pythons.request import parse
from kit import elfsmith, pythonarchives
from kit.roots import DictRoot, Link


@functools.cache
def shipped() -> Catalogue:
    return catalogue.read(Path(catalogue.__file__).with_name("pythons.txt").read_text())


def host(name: str) -> Host:
    found = named(name)
    assert not isinstance(found, Unknown)
    return found.host


def chosen(text: str, where: Host, known: Catalogue | None = None) -> PythonBuild | choose.NoBuild:
    return choose.choose(parse(text), where, known or shipped())


def key(text: str, where: Host) -> str:
    answer = chosen(text, where)
    assert isinstance(answer, PythonBuild), answer.reason
    return answer.key


def musl_root(**more: bytes) -> DictRoot:
    """A Void- or Chimera-like musl: no Alpine by its os-release, and nothing says "musl" but the loader's bytes."""
    return DictRoot(
        {
            "/bin/sh": elfsmith.program(elfsmith.MUSL_LOADER),
            "/lib/ld-musl-x86_64.so.1": elfsmith.musl("1.2.5"),
            "/etc/os-release": "ID=void\nNAME=Void\n",
            **{f"/{name}": data for name, data in more.items()},
        }
    )


LINUX = Facts("Linux", "x86_64")


def test_uv_wants_a_dev_null_and_starts_programs_to_tell_the_libc() -> None:
    assert "/dev/null" not in musl_root().files
    assert key("3.13", detect(musl_root(), LINUX)) == "cpython-3.13.15-linux-x86_64-musl"


def test_uv_has_no_oldest_musl_and_offers_builds_whose_wheels_do_not_import() -> None:
    old = chosen("3.13", host("alpine:3.12"))
    assert isinstance(old, choose.NoBuild) and "needs musl 1.2.2; there is musl 1.1.24" in old.reason
    wrong = chosen("3.12.9", host("alpine:3.22"))
    assert isinstance(wrong, choose.NoBuild) and "do not import" in wrong.reason


def test_mise_takes_the_static_build_of_an_old_patch_version_on_musl() -> None:
    name = "cpython-3.12.3+20240415-x86_64-unknown-linux-musl-install_only.tar.gz"
    known = catalogue.read(catalogue.write(catalogue_build.made([Row(f"https://x/{name}", None)]).builds, {}))
    answer = chosen("3.12.3", host("alpine:3.22"), known)
    assert isinstance(answer, choose.NoBuild) and "is static" in answer.reason
    # And the level of the processor is this machine's, not that of the machine the tool was compiled on.
    weak = host("debian:12")._replace(cpu_level=1)
    assert isinstance(chosen("3.13+v3", weak), choose.NoBuild) and key("3.13", weak).endswith("-x86_64-gnu")


def test_hatch_takes_glibc_on_musl_and_v3_where_the_processor_is_not_told() -> None:
    where = detect(musl_root(), LINUX)  # whatever Python elfin itself runs on: it is not asked
    assert where.cpu_level is None
    for text in ("3.12", "3.13", "3.14"):
        answer = chosen(text, where)
        assert isinstance(answer, PythonBuild) and (answer.libc, answer.level) == ("musl", 1)


@pytest.mark.parametrize("tool", ["pbs-installer", "pdm", "poetry", "rye", "psa-cli", "getpybs"])
def test_no_libc_in_the_key_means_glibc_on_alpine(tool: str) -> None:
    for machine in ("", "/arm64"):
        answer = chosen("3.13", host(f"alpine:3.22{machine}"))
        assert isinstance(answer, PythonBuild) and answer.libc == "musl" and answer.linkage == "dynamic"


def test_pystand_takes_v3_for_every_x86_64_and_hard_float_for_every_armv7() -> None:
    for level in (None, 1, 2, 3, 4):
        assert key("3.13", host("debian:12")._replace(cpu_level=level)) == "cpython-3.13.15-linux-x86_64-gnu"
    assert key("3.13", host("debian:12/armhf")).endswith("-armv7l-gnueabihf")
    soft = host("debian:12/armhf")._replace(arch=host("debian:12/armhf").arch._replace(float_abi="soft"))
    answer = chosen("3.13", soft)
    assert isinstance(answer, PythonBuild) and answer.float_abi == "soft"


def test_psa_cli_knows_zstd_by_a_wrong_ending() -> None:
    name = parse_name("cpython-3.13.1+20250106-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst")
    assert not isinstance(name, str) and name.flavour == "full"


def test_lift_classed_dynamic_musl_as_running_on_glibc() -> None:
    answer = chosen("3.13+musl", host("debian:12"))
    assert isinstance(answer, choose.NoBuild) and "needs musl 1.2.2; there is glibc 2.36" in answer.reason


def test_cibuildwheel_asked_libc_ver_which_is_empty_or_a_file_name_on_musl() -> None:
    # Neither answer of `platform.libc_ver()` is asked for anywhere in elfin.
    source = Path(catalogue.__file__).parent.parent
    assert not [path for path in source.rglob("*.py") if "libc_ver(" in path.read_text()]


def test_pixi_needs_glibc_and_elfin_says_what_there_is() -> None:
    answer = chosen("3.13+glibc", detect(musl_root(), LINUX))
    assert isinstance(answer, choose.NoBuild) and "needs glibc 2.17; there is musl 1.2.5" in answer.reason


def test_pyenvs_binary_archives_are_carried_to_another_libc() -> None:
    (build,) = catalogue_build.made([Row(f"https://x/{pythonarchives.name_of()}", None)]).builds
    root = DictRoot({"/p": elfsmith.program("/lib/ld-linux-aarch64.so.1", "aarch64")})
    assert proof.of_header(build, header_of(root, "/p"), True) == "its executable is for glibc, not musl"


@pytest.mark.parametrize("tool", ["findpython", "virtualenv"])
def test_a_python_without_its_loader_becomes_nobodys_base(tool: str, tmp_path: Path) -> None:
    program = tmp_path / "python3"
    program.write_bytes(elfsmith.program("/lib/ld-nowhere-musl-x86_64.so.1"))
    program.chmod(0o755)
    with pytest.raises(PlaceError, match="needs the loader /lib/ld-nowhere-musl"):
        child.probe(str(program), child.Asking(FolderRoot("/")))
    (passed,) = child.candidates(parse("3"), str(tmp_path), child.Asking(FolderRoot("/")))
    assert isinstance(passed, child.Rejected) and passed.path == str(program)


@pytest.mark.parametrize(
    "more",
    [
        {"lib64/ld-linux-x86-64.so.2": elfsmith.elf(rodata=b"gcompat ld-linux stub\0")},
        {"usr/bin/env": Link("/bin/busybox")},
    ],
    ids=["gcompat", "a dangling program"],
)
def test_a_file_with_a_loaders_name_is_no_libc(more: dict[str, bytes]) -> None:
    assert key("3.13", detect(musl_root(**more), LINUX)) == "cpython-3.13.15-linux-x86_64-musl"


def test_the_loader_of_musl_on_a_glibc_machine_does_not_make_it_musl() -> None:
    both = DictRoot(
        {
            "/bin/sh": elfsmith.program(),
            elfsmith.GLIBC_LOADER: elfsmith.glibc_loader(),
            "/lib64/libc.so.6": elfsmith.glibc("2.36"),
            elfsmith.MUSL_LOADER: elfsmith.musl("1.2.5"),
        }
    )
    assert key("3.13", detect(both, LINUX)).endswith("-gnu") and key("3.13+musl", detect(both, LINUX)).endswith("-musl")
