"""The order of choice: proven by enumeration, and the two stories that began it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from elfin.host import fit, named
from elfin.host.model import CannotTell, Host, Misfit, Needs
from elfin.installers import choose
from elfin.installers.model import Artifact, Choice, Release
from kit import choice_vectors as vectors


def _place(text: str) -> Host:
    found = named.named(text)
    assert isinstance(found, named.Named)
    return found.host


def _order(choice: Choice) -> list[str]:
    return [one.artifact.name for one in choice.tried]


def _kind(name: str) -> Artifact:
    return next(one for one in vectors.KINDS if one.name.startswith(f"hello-{name}."))


def _chosen(place: str | Host, *names: str) -> list[str]:
    host = _place(place) if isinstance(place, str) else place
    found = _order(choose.choose(vectors.release(tuple(map(_kind, names))), host))
    return [name.removeprefix("hello-").partition(".")[0] for name in found]


def _signature(host: Host) -> tuple[object, ...]:
    """All that the order depends on: the rank of every way in which a kind can serve."""
    rows = choose.rows(vectors.release(vectors.KINDS))
    return tuple(choose.judge(row, host).rank for row in rows)


def _classes() -> list[tuple[str, Host]]:
    """One host of each signature: others get the same order, letter by letter."""
    found: dict[tuple[object, ...], tuple[str, Host]] = {}
    for name, host in vectors.hosts().items():
        found.setdefault((_signature(host), host.os, host.arch.name), (name, host))
    return list(found.values())


def _hold(release: Release, host: Host) -> None:
    """What has to be true of any choice."""
    choice = choose.choose(release, host)
    names = [one.artifact.name for one in (*choice.tried, *choice.refused)]
    assert sorted(names) == sorted(one.name for one in release.artifacts)  # each once, none forgotten
    for one in choice.tried:
        verdicts = [fit.verdict(needs, host) for needs in one.artifact.needs]
        if one.verdict is None:
            assert None in verdicts  # it runs, says the comparator
        else:
            assert isinstance(one.verdict, CannotTell) and not all(isinstance(found, Misfit) for found in verdicts)
    for one in choice.refused:
        assert all(isinstance(fit.verdict(needs, host), Misfit) for needs in one.artifact.needs)
        assert one.why.startswith(("is for ", "needs ", "has ")) and "this place" in one.why
    ranks = [one.rank for one in choice.tried]
    assert ranks == sorted(ranks)
    sure = [one for one in choice.tried if one.verdict is None and one.rank < choose.OTHER_ARCH]
    assert not sure or choice.tried[0].verdict is None  # a doubt never goes before what surely runs


def _prove(hosts: Iterable[tuple[str, Host]]) -> int:
    count = 0
    for _, host in hosts:
        for chosen in vectors.subsets(host):
            _hold(vectors.release(chosen), host)
            count += 1
    return count


def test_for_pairs_of_artifacts_the_chosen_one_runs_or_the_reason_is_named() -> None:
    for host in vectors.hosts().values():
        for chosen in vectors.pairs(host):
            _hold(vectors.release(chosen), host)


@pytest.mark.slow
def test_for_every_host_class_and_every_subset_the_chosen_artifact_runs_or_the_reason_is_named() -> None:
    assert _prove(_classes()) > 70_000


def test_hosts_of_one_signature_get_one_order() -> None:
    everything = vectors.release(vectors.KINDS)
    orders: dict[tuple[object, ...], list[str]] = {}
    for host in vectors.hosts().values():
        order = _order(choose.choose(everything, host))
        assert orders.setdefault((_signature(host), host.os, host.arch.name), order) == order


def test_an_artifact_that_surely_runs_is_chosen_wherever_there_is_one() -> None:
    everything = vectors.release(vectors.KINDS)
    for host in vectors.hosts().values():
        runs = any(
            fit.verdict(needs, host) is None and (one.measured or needs.libc_floor)
            for one in vectors.KINDS
            for needs in one.needs
        )
        tried = choose.choose(everything, host).tried
        assert any(one.verdict is None for one in tried) == runs


def test_alpine_on_aarch64_gets_the_static_musl_archive() -> None:
    """astral-sh/uv #1392: no musl-dynamic package, although a static one was published."""
    assert _chosen("alpine:3.20/arm64", "arm64gnu", "arm64static") == ["arm64static"]
    choice = choose.choose(vectors.release((_kind("arm64gnu"),)), _place("alpine:3.20/arm64"))
    assert [one.why for one in choice.refused] == ["needs glibc 2.28; this place has musl 1.2.5"]


def test_rhel_8_gets_the_gnu_archive_whose_symbols_it_has() -> None:
    """astral-sh/uv #8549: a floor of 2.31, that of the machine that built it, refused what needs 2.28."""
    assert _chosen("rhel:8", "static", "gnu228") == ["gnu228", "static"]


def test_with_a_mirror_that_lacks_the_musl_archive_the_gnu_one_is_next() -> None:
    """The rest of #8549: the list goes on behind an artifact that cannot be had."""
    assert _chosen("debian:12", "gnu217", "static") == ["gnu217", "static"]
    unknown = vectors.ODD_HOSTS["glibc of unknown version"]
    assert _chosen(unknown, "gnu228", "static") == ["static", "gnu228"]


def test_of_several_floors_the_highest_that_fits_comes_first() -> None:
    assert _chosen("debian:12", "gnu217", "gnu228", "gnuany") == ["gnu228", "gnu217", "gnuany"]
    assert _chosen("centos:7", "gnu217", "gnu228", "gnuany") == ["gnu217", "gnuany"]


def test_a_higher_cpu_level_comes_first_where_the_cpu_has_it() -> None:
    assert _chosen("linux/amd64/v3", "gnu228", "gnu228v3") == ["gnu228v3", "gnu228"]
    assert _chosen("linux/amd64/v2", "gnu228", "gnu228v3") == ["gnu228"]


def test_a_cpu_level_that_cannot_be_told_is_tried_last() -> None:
    assert _chosen("debian:12", "gnu228v3", "staticv3", "gnu228", "static", "gnuguess") == [
        "gnu228", "static", "gnuguess", "gnu228v3", "staticv3",
    ]  # fmt: skip


def test_another_libc_that_is_there_comes_behind_a_static_build() -> None:
    both = vectors.ODD_HOSTS["musl 1.2 with glibc 2.35 beside"]
    assert _chosen(both, "gnu228", "static", "musl") == ["musl", "static", "gnu228"]


def test_an_unknown_glibc_is_not_an_old_one() -> None:
    unknown = vectors.ODD_HOSTS["glibc of unknown version"]
    assert _chosen(unknown, "gnu228") == ["gnu228"]


def test_what_nobody_measured_comes_behind_what_was_measured() -> None:
    assert _chosen("debian:12", "gnuguess", "staticguess", "static", "gnu228") == [
        "gnu228", "static", "gnuguess", "staticguess",
    ]  # fmt: skip


def test_a_stated_floor_makes_a_guess_sure() -> None:
    stated = _kind("gnuguess")._replace(needs=(Needs("linux", "x86_64", None, "glibc", (2, 28)),), stated=(2, 28))
    assert choose.choose(vectors.release((stated,)), _place("debian:12")).tried[0].rank == choose.NATIVE
    assert not choose.choose(vectors.release((stated,)), _place("centos:7")).tried


def test_the_other_architectures_a_machine_runs_come_last_the_nearest_first() -> None:
    assert _chosen("debian:12/armv7l", "armv6static", "armv7static") == ["armv7static", "armv6static"]
    assert _chosen("win_arm64", "win-x86", "win-x64", "win-arm64") == ["win-arm64", "win-x64", "win-x86"]
    assert _chosen("debian:12", "i686static", "i686gnu", "static") == ["static", "i686static"]
    multi = vectors.ODD_HOSTS["glibc 2.36 with that of i686 beside"]
    assert _chosen(multi, "i686static", "i686gnu", "static") == ["static", "i686gnu", "i686static"]


def test_a_32_bit_userland_gets_no_64_bit_program() -> None:
    assert _chosen(vectors.ODD_HOSTS["32-bit userland of an aarch64 kernel"], "arm64static", "armv7gnu") == ["armv7gnu"]


def test_on_apple_silicon_x86_64_is_a_maybe_behind_the_native_one() -> None:
    assert _chosen("macosx_14_0_arm64", "mac-x64", "mac-both", "mac-arm64") == ["mac-arm64", "mac-both", "mac-x64"]
    alone = choose.choose(vectors.release((_kind("mac-x64"),)), _place("macosx_14_0_arm64"))
    assert isinstance(alone.tried[0].verdict, CannotTell)


def test_a_universal_file_serves_by_whichever_of_its_machines_fits() -> None:
    assert _chosen("macosx_12_0_x86_64", "mac-both") == ["mac-both"]
    assert _chosen("macosx_11_0_x86_64", "mac-both") == []


def test_android_gets_static_programs_for_linux_and_no_others() -> None:
    assert _chosen(vectors.ODD_HOSTS["Android"], "arm64gnu", "arm64static") == ["arm64static"]


def test_without_a_libc_only_static_programs_run() -> None:
    assert _chosen(vectors.ODD_HOSTS["no libc"], "gnu217", "musl", "static") == ["static"]


def test_a_loader_that_is_not_there_refuses_its_artifact() -> None:
    choice = choose.choose(vectors.release((_kind("gnu228"), _kind("static"))), _place("nixos:24.05"))
    assert _order(choice)[0] == "hello-gnu228.tar.gz"
    looked = choose.without_loader(choice, lambda path: False)
    assert _order(looked) == ["hello-static.tar.gz"]
    assert looked.refused[0].why == "needs /lib64/ld-linux-x86-64.so.2, which is not there"


def test_the_nearest_miss_is_refused_first() -> None:
    choice = choose.choose(
        vectors.release(tuple(map(_kind, ("mac-x64", "arm64gnu", "musl", "gnu228")))), _place("centos:7")
    )
    assert [one.artifact.name.partition(".")[0] for one in choice.refused] == [
        "hello-gnu228", "hello-musl", "hello-arm64gnu", "hello-mac-x64",
    ]  # fmt: skip
