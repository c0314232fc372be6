"""Fetching: mirrors, retries, refusals, checksums, tokens, with curl, GNU wget and busybox's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from kit import shells
from kit.installerworld import GNU, MUSL, Server, World, answer, says, serving

FETCHERS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(tool) is None, reason=f"no {tool}"))
    for name, tool in (("curl", "curl"), ("wget", "wget"), ("busybox", "busybox"))
]


def equip(world: World, fetcher: str) -> None:
    if fetcher == "busybox":
        shells.stub(world.tools, "wget", f'exec {shutil.which("busybox")} wget "$@"')
    elif not os.path.lexists(f"{world.tools}/{fetcher}"):
        os.symlink(shutil.which(fetcher) or "", f"{world.tools}/{fetcher}")
    shells.stub(world.tools, "sleep", ":")


@pytest.fixture(params=FETCHERS)
def world(tmp_path: object, request: pytest.FixtureRequest) -> World:
    made = World(f"{tmp_path}/w")
    equip(made, request.param)
    made.fetcher = request.param
    return made


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serving(world.files) as served:
        world.variables["HELLO_BASE_URL"] = served.url
        yield served


def code(number: int, **headers: str) -> object:
    return lambda handler, body: answer(handler, number, b"", **headers)


def body_of(text: bytes) -> object:
    return lambda handler, body: answer(handler, 200, text)


def half(handler: BaseHTTPRequestHandler, body: bytes | None) -> None:
    assert body is not None
    answer(handler, 200, body[: len(body) // 2], length=str(len(body)))
    handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler, body: bytes | None) -> None:
    handler.close_connection = True


def path(world: World, number: int = 0) -> str:
    return f"/{world.artifacts[number].name}"


def test_it_is_fetched_and_runs(world: World, server: Server) -> None:
    world.add()
    ran = world.run()
    assert ran.code == 0 and not ran.err and world.says() == f"hello 1.0 {MUSL}", ran
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [code(503), code(429), half, hang_up], ids=["503", "429", "half", "hang up"])
def test_passing_trouble_is_waited_out(world: World, server: Server, fault: object) -> None:
    world.add()
    server.faults[path(world)] = [fault]  # type: ignore[list-item]
    assert world.run().code == 0
    assert world.says() == f"hello 1.0 {MUSL}"


@pytest.mark.parametrize(
    "fault", [code(404), code(403), code(500), body_of(b"<html>log in")], ids=["404", "403", "500", "portal"]
)
def test_a_file_that_cannot_be_had_leads_to_the_next_place_and_then_the_next_file(
    world: World, server: Server, fault: object
) -> None:
    world.add(GNU, {"hello": says("gnu")}, floor=(2, 2))
    world.add(programs={"hello": says("static")})
    server.faults[path(world)] = [fault] * 6  # type: ignore[list-item]
    assert world.run().code == 0 and world.says() == "static"
    server.faults[path(world)] = [fault] * 3  # type: ignore[list-item]
    with serving(world.files) as mirror:
        assert world.run(HELLO_BASE_URL=f"{server.url} {mirror.url}").code == 0
    assert world.says() == "gnu"


def test_a_wrong_file_is_never_installed(world: World, server: Server) -> None:
    world.add()
    assert world.run().code == 0
    with open(world.files + path(world), "r+b") as file:
        file.write(b"\0")
    ran = world.run()
    assert ran.code == 1 and "has sha256" in ran.err and world.says() == f"hello 1.0 {MUSL}"


def test_a_dead_network_is_called_that_and_stops_at_once(world: World) -> None:
    world.add(GNU, floor=(2, 2))
    world.add()
    ran = world.run("--quiet", HELLO_BASE_URL="http://127.0.0.1:1/a http://127.0.0.1:1/b")
    assert ran.code == 1 and ran.err.startswith("error: nothing could be reached, so hello 1.0 was not installed\n")
    assert ran.err.count(world.artifacts[0].name) == 3 and world.artifacts[1].name not in ran.err
    assert "HELLO_BASE_URL" in ran.err and os.listdir(world.home) == []


def test_a_dead_mirror_before_a_live_one_is_passed(world: World, server: Server) -> None:
    world.add()
    assert world.run(HELLO_BASE_URL=f"http://127.0.0.1:1/a {server.url}").code == 0


def test_redirections_are_followed(world: World, server: Server) -> None:
    world.add()
    os.rename(world.files + path(world), world.files + "/elsewhere")
    server.faults[path(world)] = [code(302, location=f"{server.url}/elsewhere")] * 3  # type: ignore[list-item]
    assert world.run().code == 0


def test_the_token_goes_to_the_release_s_own_host_and_to_no_other(world: World, server: Server) -> None:
    if world.fetcher == "busybox":
        pytest.skip("busybox's wget gets no token; see below")
    world.add()
    with serving(world.files) as mirror:
        world.base_urls = (server.url,)
        assert world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=None).code == 0
        assert server.requests[-1][1] == "Bearer s3cret"
        assert world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=mirror.url).code == 0
        for other in (f"{server.url}@{mirror.url[7:]}", f"{mirror.url}/{server.url}"):
            world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=other)
        server.faults[path(world)] = [code(302, location=mirror.url + path(world))]  # type: ignore[list-item]
        world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=None)
        assert mirror.requests and not any("s3cret" in (auth or "") for _, auth in mirror.requests)


def test_a_token_with_odd_characters_or_without_a_safe_tool_is_not_sent(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.add()
    with serving(world.files) as server:
        world.base_urls = (server.url,)
        equip(world, "busybox")
        ran = world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=None)
        assert ran.code == 1 and "install curl" in ran.err and server.requests == []
        for odd in ('s3"cret', "s3cret\nHost: x", "s3 cret"):
            ran = world.run(HELLO_TOKEN=odd, HELLO_BASE_URL=None)
            assert ran.code == 2 and "HELLO_TOKEN holds a character" in ran.err and "s3" not in ran.err
        assert server.requests == []


@pytest.mark.parametrize("fetcher", ["curl", "wget"])
def test_the_token_stands_in_no_list_of_processes(tmp_path: object, fetcher: str) -> None:
    real = shutil.which(fetcher)
    if real is None:
        pytest.skip(f"no {fetcher} here")
    world = World(f"{tmp_path}/w")
    world.add()
    seen = f"{world.folder}/seen"
    shells.stub(world.tools, fetcher, f'printf "%s\\n" "$*" >>"{seen}"\nexec {real} "$@"')
    with open(f"{world.home}/.wgetrc", "w") as file:
        file.write("user_agent = own\n")
    with serving(world.files) as server:
        world.base_urls = (server.url,)
        assert world.run(HELLO_TOKEN="s3cret", HELLO_BASE_URL=None).code == 0
        assert server.requests[-1][1] == "Bearer s3cret"
    with open(seen) as file:
        words = file.read()
    assert server.url in words and "s3cret" not in words and world.leftovers() == []


def test_a_curl_that_does_not_start_is_passed_for_wget(tmp_path: object) -> None:
    real = shutil.which("wget")
    if real is None:
        pytest.skip("no wget here")
    world = World(f"{tmp_path}/w")
    world.add()
    os.symlink(real, f"{world.tools}/wget")
    shells.stub(world.tools, "curl", "echo 'curl: error while loading shared libraries: libcurl.so.4' >&2\nexit 127")
    with serving(world.files) as server:
        assert world.run(HELLO_BASE_URL=server.url).code == 0
    os.remove(f"{world.tools}/wget")
    with serving(world.files) as server:
        ran = world.run(HELLO_BASE_URL=server.url)
        assert ran.code == 1 and "or none that starts" in ran.err and server.requests == []


def test_without_any_way_to_fetch_a_folder_still_does(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.add()
    ran = world.run(HELLO_BASE_URL=None)
    assert ran.code == 1 and "neither curl nor wget is here" in ran.err and "HELLO_BASE_URL to its folder" in ran.err
    assert world.run(HELLO_BASE_URL=f"file://{world.files}").code == 0
    assert world.run(HELLO_BASE_URL=f"{world.folder}/none {world.files}").code == 0


def test_names_are_spelled_for_urls_and_not_for_folders(world: World, server: Server) -> None:
    world.add(name="hello+1.0 & more#x.tar.gz")
    world.artifacts[0] = world.artifacts[0]._replace(format="tar.gz")
    os.symlink(world.files + path(world), f"{world.files}/hello+1.0%20%26%20more%23x.tar.gz")
    assert world.run().code == 0 and server.requests[0][0] == "/hello+1.0%20%26%20more%23x.tar.gz"
    assert world.run(HELLO_BASE_URL=world.files).code == 0
