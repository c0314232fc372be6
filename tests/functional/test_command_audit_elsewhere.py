"""`elfin audit` of wheels on a server: by URL and by name, reading as little as it needs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import indexserver
from kit.commandline import Commandline, assert_refusal
from kit.indexserver import IndexServer
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"
NOISE = {f"tool/{number}.py": random.Random(number).randbytes(300_000) for number in range(5)}
DYNAMIC = "py3-none-manylinux_2_28_x86_64"
STATIC = "py3-none-musllinux_1_1_x86_64"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two wheels whose modules are much larger than their programs."""
    folder = tmp_path_factory.mktemp("wheels")
    paths = [
        put(folder, DYNAMIC, {TOOL: dynamic("2.28"), **NOISE}),
        put(folder, STATIC, {TOOL: static(), "tool/x.bin": b"\x7fELFbroken", **NOISE}),
    ]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def server(files: dict[str, bytes]) -> Iterator[IndexServer]:
    with IndexServer({"tool": files}) as running:
        yield running


def url(server: IndexServer, tag: str) -> str:
    return f"{server.root}/files/tool/tool-1.0-{tag}.whl"


def received(server: IndexServer) -> list[str]:
    """The ranges that were asked for."""
    return [request.headers.get("range", "all") for request in server.requests]


def test_only_the_directory_and_the_machine_code_are_fetched(elfin: Commandline, server: IndexServer) -> None:
    answer = elfin.good("audit", "-v", url(server, DYNAMIC))
    assert "glibc 2.28" in answer.out and "statx" in answer.out and "earned" in answer.out
    fetched, total = (int(word) for word in answer.err.partition(" bytes of tool")[0].split()[-3::2])
    assert total > 1_500_000 and fetched < 500_000
    assert all(asked.startswith("bytes=") for asked in received(server))


def test_what_a_url_says_is_what_the_file_says(
    elfin: Commandline, server: IndexServer, files: dict[str, bytes]
) -> None:
    for tag in (DYNAMIC, STATIC):
        name = f"tool-1.0-{tag}.whl"
        (elfin.work / name).write_bytes(files[name])
        far = json.loads(elfin("audit", url(server, tag), "--json").out)["audited"][0]
        near = json.loads(elfin("audit", name, "--json").out)["audited"][0]
        assert {**far, "path": name} == near
        assert len(near["unreadable"]) == (tag == STATIC)


@pytest.mark.parametrize("how", [{"ranges": False}, {"suffix_ranges": False}])
def test_servers_that_know_no_ranges_are_read_whole(
    elfin: Commandline, files: dict[str, bytes], how: dict[str, bool]
) -> None:
    with IndexServer({"tool": files}, **how) as plain:  # type: ignore[arg-type]
        assert "glibc 2.28" in elfin.good("audit", url(plain, DYNAMIC)).out
        assert len(plain.requests) <= 3


def test_a_check_reads_every_byte(elfin: Commandline, server: IndexServer) -> None:
    assert elfin.good("audit", "--check", url(server, DYNAMIC))
    assert received(server) == ["all"]


def test_nothing_is_left_behind(elfin: Commandline, server: IndexServer) -> None:
    elfin.good("audit", url(server, DYNAMIC))
    assert [name for _, _, names in os.walk(elfin.cache / "wheels-v1") for name in names] == []


def test_a_name_means_the_wheels_that_installers_take(elfin: Commandline, server: IndexServer) -> None:
    elfin.index(server.url)
    told = json.loads(elfin("audit", "tool==1.0", "--platform", "debian:12", "--platform", "alpine:3.20", "--json").out)
    paths = [one["path"].rpartition("-1.0-")[2] for one in told["audited"]]
    assert paths == [f"{DYNAMIC}.whl", f"{STATIC}.whl"]
    assert all(one["wheels"] for one in told["serving"])


def test_a_place_that_takes_no_wheel_is_told(elfin: Commandline, server: IndexServer) -> None:
    elfin.index(server.url)
    refused = elfin("audit", "tool==1.0", "--platform", "debian:12/riscv64")
    assert_refusal(refused, 1)
    assert "elfin explain tool==1.0 --platform debian:12/riscv64" in refused.err
    assert "tool==VERSION" in elfin("audit", "tool").err
    assert_refusal(elfin("audit", "other==1.0"), 1)


def test_a_place_that_takes_no_wheel_does_not_hide_the_others(elfin: Commandline, server: IndexServer) -> None:
    elfin.index(server.url)
    answer = elfin("audit", "tool==1.0", "--platform", "debian:12", "--platform", "debian:12/riscv64")
    assert answer.code == 1 and "no wheel of tool 1.0 is for debian:12/riscv64" in answer.err
    assert "on debian:12  " in answer.out and "runs (Debian 12 on x86_64" in answer.out


def test_an_archive_by_its_url(elfin: Commandline, server: IndexServer) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("bin/tool")
        info.size = len(dynamic("2.31"))
        archive.addfile(info, io.BytesIO(dynamic("2.31")))
    server.projects["tool"]["tool.tar.gz"] = packed.getvalue()
    assert "glibc 2.31" in elfin.good("audit", f"{server.root}/files/tool/tool.tar.gz").out


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_hash_in_the_url_is_compared(
    elfin: Commandline, server: IndexServer, files: dict[str, bytes], check: list[str]
) -> None:
    right = hashlib.sha256(files[f"tool-1.0-{DYNAMIC}.whl"]).hexdigest()
    elfin.good("audit", *check, f"{url(server, DYNAMIC)}#sha256={right}")
    assert_refusal(elfin("audit", *check, f"{url(server, DYNAMIC)}#sha256={'0' * 64}"), 4)


@pytest.mark.parametrize("name", ["a%00b.whl", "a%2fb.whl", "%2e%2e", "a%0ab.whl", "a%1b[31m.whl"])
def test_a_url_whose_name_no_file_may_have_is_refused(elfin: Commandline, server: IndexServer, name: str) -> None:
    assert_refusal(elfin("audit", f"{server.root}/files/tool/{name}"), 2)
    assert received(server) == []


def test_a_file_that_is_not_there_is_not_said_to_be_listed(elfin: Commandline, server: IndexServer) -> None:
    missing = elfin("audit", f"{server.root}/files/tool/none-1.0-py3-none-any.whl")
    assert_refusal(missing, 3)
    assert "no such file: http" in missing.err and "listed" not in missing.err


def test_an_answer_that_is_empty_is_told_with_its_address(elfin: Commandline, server: IndexServer) -> None:
    empty = url(server, DYNAMIC)
    server.fault(
        empty.removeprefix(server.root), lambda exchange: exchange.send(206, b"", {"content-range": "bytes 0-0/0"})
    )
    refused = elfin("audit", empty)
    assert_refusal(refused, 3)
    assert empty in refused.err


def test_secrets_and_refusals(elfin: Commandline, server: IndexServer) -> None:
    secret = url(server, DYNAMIC).replace("://", "://me:hidden@")
    assert "hidden" not in elfin.good("audit", secret).said
    assert_refusal(elfin("audit", "--offline", url(server, DYNAMIC)), 3)
    assert_refusal(elfin("audit", f"{server.root}/files/tool/"), 2, 3)
    broken = "/files/tool/broken-1.0-py3-none-any.whl"
    server.fault(broken, indexserver.page(b"PK\x03\x04" + bytes(100)))
    assert_refusal(elfin("audit", f"{server.root}{broken}"), 3)


def test_a_server_that_changes_the_file_meanwhile(elfin: Commandline, server: IndexServer) -> None:
    path = url(server, DYNAMIC).removeprefix(server.root)
    data = server.projects["tool"][f"tool-1.0-{DYNAMIC}.whl"]
    tail = data[-(64 << 10) :]
    first = {"content_range": f"bytes {len(data) - len(tail)}-{len(data) - 1}/{len(data)}"}
    server.fault(path, indexserver.status(206, tail, **first), times=1)
    server.fault(path, lambda exchange: _other(exchange, len(data) + 1))
    assert_refusal(elfin("audit", url(server, DYNAMIC)), 3)


def _other(exchange: indexserver.Exchange, total: int) -> None:
    first, last = map(int, exchange.headers["range"].removeprefix("bytes=").split("-"))
    exchange.send(206, bytes(last - first + 1), {"content-range": f"bytes {first}-{last}/{total}"})


def test_file_urls_are_paths(elfin: Commandline, files: dict[str, bytes]) -> None:
    name = f"tool-1.0-{STATIC}.whl"
    path = Path(elfin.work / name)
    path.write_bytes(files[name])
    assert "any libc" in elfin.good("audit", path.as_uri()).out
    assert "any libc" in elfin.good("audit", f"{path.as_uri()}#sha256={hashlib.sha256(files[name]).hexdigest()}").out
    assert_refusal(elfin("audit", f"{path.as_uri()}#sha256={'0' * 64}"), 4)
