"""The index client: listings, METADATA and files from a loopback index, with cache, faults and hostile answers."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elfin.edges.net import Client, Network
from elfin.errors import HashMismatch, MalformedPage, MalformedWheel, PlaceError, Unauthorized, Unreachable
from elfin.formats.metadata import Dependencies, dependencies
from elfin.index import net_wheel
from elfin.index.model import File
from elfin.index.net import Index
from kit import indexserver as kit
from kit.indexserver import IndexServer, metadata_of, wheel

ONE, TWO = wheel("good", "1.0", python=">=3.8", requires=("other>=1",)), wheel("good", "2.0")
GOOD = {"good-1.0-py3-none-any.whl": ONE, "good-2.0-py3-none-any.whl": TWO, "good-1.0.tar.gz": b"sdist"}


class Clock:
    """Stands for time.time."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client(Network(read_timeout=5.0), sleep=lambda _: None)
    yield made
    made.close()


@pytest.fixture(params=["json", "html"])
def server(request: pytest.FixtureRequest) -> Iterator[IndexServer]:
    with IndexServer({"good": GOOD}, form=request.param) as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def told_by(data: bytes) -> Dependencies:
    """What METADATA of a wheel of this kit says; never nothing."""
    found = dependencies(metadata_of(data) or b"")
    assert found.requires
    return found


def one_file(index: Index, name: str = "good", position: int = 0) -> File:
    listing = index.listing(name)
    assert listing is not None
    return next(file for file in listing.files(position) if file.filename.endswith(".whl"))


def test_a_listing_has_all_that_the_index_says(server: IndexServer, client: Client) -> None:
    server.yanked["good-2.0-py3-none-any.whl"] = "it\x1b]0;bites"
    listing = Index(client, [server.url]).listing("Good")
    assert listing is not None
    assert [str(version) for version in listing.versions] == ["1.0", "2.0"]
    first, sdist = sorted(listing.files(0), key=lambda file: file.filename)
    assert first.url == f"{server.root}/files/good/good-1.0-py3-none-any.whl"
    assert (first.hashes, first.requires_python) == ({"sha256": hashlib.sha256(ONE).hexdigest()}, ">=3.8")
    assert first.metadata == {"sha256": hashlib.sha256(metadata_of(ONE) or b"").hexdigest()}
    assert (sdist.filename, sdist.metadata, first.yanked) == ("good-1.0.tar.gz", None, None)
    assert listing.files(1)[0].yanked == "it\x1b]0;bites"


def test_json_is_asked_for_first(server: IndexServer, client: Client) -> None:
    Index(client, [server.url]).listing("good")
    assert server.requests[0].headers["accept"].startswith("application/vnd.pypi.simple.v1+json,")


def test_a_project_nobody_knows_is_none_and_asked_once(server: IndexServer, client: Client) -> None:
    index = Index(client, [server.url])
    assert index.listing("missing") is None and index.listing("Missing") is None
    assert server.paths() == ["/simple/missing/"]
    assert index.listing("../../etc") is None
    assert len(server.requests) == 1


def test_the_first_index_that_has_a_project_wins(server: IndexServer, client: Client) -> None:
    with IndexServer({"good": {"good-9.0-py3-none-any.whl": TWO}, "only": {"only-1.0.zip": b""}}) as second:
        index = Index(client, [server.url, second.url])
        good, only = index.listing("good"), index.listing("only")
        assert good is not None and only is not None
        assert (len(good), only.index_url) == (2, second.url)
        assert second.paths() == ["/simple/only/"]
        every = Index(client, [server.url, second.url], strategy="all").listing("good")
        assert every is not None
        assert [str(version) for version in every.versions] == ["1.0", "2.0", "9.0"]


def test_sixteen_threads_ask_once(server: IndexServer, client: Client) -> None:
    index = Index(client, [server.url])
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(index.listing("good"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1 and len(found) == 16
    assert len(server.requests) == 1


def test_a_fresh_page_is_not_asked_for(server: IndexServer, client: Client, cache: str) -> None:
    clock = Clock()
    before = Index(client, [server.url], cache=cache, clock=clock).listing("good")
    clock.now += 599
    after = Index(client, [server.url], cache=cache, clock=clock).listing("good")
    assert before is not None and after is not None
    assert [before.files(at) for at in range(2)] == [after.files(at) for at in range(2)]
    assert len(server.requests) == 1


def test_a_stale_page_is_revalidated(server: IndexServer, client: Client, cache: str) -> None:
    clock = Clock()
    for _ in range(3):
        listing = Index(client, [server.url], cache=cache, clock=clock).listing("good")
        assert listing is not None and len(listing) == 2
        clock.now += 700
    assert ["if-none-match" in request.headers for request in server.requests] == [False, True, True]
    server.projects["good"] = {"good-3.0-py3-none-any.whl": TWO}
    changed = Index(client, [server.url], cache=cache, clock=clock).listing("good")
    assert changed is not None and changed.texts == ["3.0"]


def test_an_index_without_validators_is_asked_in_full(client: Client, cache: str) -> None:
    clock = Clock()
    with IndexServer({"good": GOOD}, form="html", etag=False) as server:
        for _ in range(2):
            listing = Index(client, [server.url], cache=cache, clock=clock).listing("good")
            assert listing is not None and len(listing) == 2
            clock.now += 700
        assert len(server.requests) == 2
        clock.now -= 200  # the second answer renewed the page
        assert Index(client, [server.url], cache=cache, clock=clock).listing("good") is not None
        assert len(server.requests) == 2


def test_max_age_is_honoured(client: Client, cache: str) -> None:
    clock = Clock()
    with IndexServer({"good": GOOD}, max_age=5) as server:
        for step in (4, 2, 0):
            Index(client, [server.url], cache=cache, clock=clock).listing("good")
            clock.now += step
        assert len(server.requests) == 2


def test_refresh_asks_again_for_all_or_some(server: IndexServer, client: Client, cache: str) -> None:
    for refresh, requests in ((False, 1), (True, 2), ({"GOOD"}, 3), ({"other"}, 3)):
        Index(client, [server.url], cache=cache, refresh=refresh).listing("good")
        assert len(server.requests) == requests


def test_absence_is_cached_too(server: IndexServer, client: Client, cache: str) -> None:
    for _ in range(2):
        assert Index(client, [server.url], cache=cache).listing("missing") is None
    assert len(server.requests) == 1


def test_offline_uses_what_is_there_however_old(
    server: IndexServer, client: Client, cache: str, tmp_path: Path
) -> None:
    clock = Clock()
    online = Index(client, [server.url], cache=cache, clock=clock)
    file = one_file(online)
    metadata = online.dependencies(file)
    clock.now += 10**9
    offline = Index(client, [server.url], cache=cache, clock=clock, offline=True)
    asked = len(server.requests)
    assert offline.dependencies(one_file(offline)) == metadata
    for call in (
        lambda: offline.listing("other"),
        lambda: offline.dependencies(one_file(offline, position=1)),
        lambda: offline.download(file, str(tmp_path / "x")),
    ):
        with pytest.raises(Unreachable, match=r"offline and .* not cached"):
            call()
    assert len(server.requests) == asked


@pytest.mark.parametrize("damage", [b"", b"x", b"{}\n", b'{"validators": [1, 2]}\n', bytes(5000)])
def test_a_damaged_cache_is_fetched_again(server: IndexServer, client: Client, cache: str, damage: bytes) -> None:
    index = Index(client, [server.url], cache=cache)
    expected = index.dependencies(one_file(index))
    stored = [path for path in Path(cache).rglob("*") if path.is_file()]
    assert len(stored) == 2
    for path in stored:
        content = path.read_bytes()
        for broken in (damage, content[:-1], content[: len(content) // 2] + bytes(20), content[:10]):
            path.write_bytes(broken)
            again = Index(client, [server.url], cache=cache)
            assert again.dependencies(one_file(again)) == expected


def test_a_cache_that_cannot_be_written_is_only_slower(server: IndexServer, client: Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    index = Index(client, [server.url], cache=str(tmp_path / "file" / "cache"))
    assert index.dependencies(one_file(index)) == told_by(ONE)


def test_no_credential_reaches_the_cache_or_a_file(client: Client, cache: str) -> None:
    with IndexServer({"good": GOOD}, auth=("me", "s3cr3t")) as server:
        index = Index(client, [server.url_with("me", "s3cr3t")], cache=cache)
        file = one_file(index)
        assert index.dependencies(file) == told_by(ONE)
        assert "s3cr3t" not in file.url
        for path in Path(cache).rglob("*"):
            assert "s3cr3t" not in str(path) and (path.is_dir() or b"s3cr3t" not in path.read_bytes())
        with pytest.raises(Unauthorized) as caught:
            Index(Client(), [server.url_with("me", "wr0ng")]).listing("good")
        assert "wr0ng" not in caught.value.message


def test_metadata_is_fetched_beside_the_file_and_kept(server: IndexServer, client: Client, cache: str) -> None:
    index = Index(client, [server.url], cache=cache)
    assert index.dependencies(one_file(index)) == told_by(ONE)
    assert index.dependencies(one_file(index)) == told_by(ONE)
    assert server.paths()[1:] == ["/files/good/good-1.0-py3-none-any.whl.metadata"]


def test_metadata_with_another_hash_is_refused(server: IndexServer, client: Client) -> None:
    index = Index(client, [server.url])
    server.fault("/files/good/good-1.0-py3-none-any.whl.metadata", kit.page(b"Name: evil\n"))
    with pytest.raises(HashMismatch) as caught:
        index.dependencies(one_file(index))
    assert hashlib.sha256(b"Name: evil\n").hexdigest() in caught.value.message
    assert "installed" in (caught.value.state or "")


def test_metadata_that_is_promised_but_missing_is_read_from_the_wheel(server: IndexServer, client: Client) -> None:
    server.fault("/files/good/good-1.0-py3-none-any.whl.metadata", kit.status(404))
    index = Index(client, [server.url])
    assert index.dependencies(one_file(index)) == told_by(ONE)


def test_metadata_of_an_sdist_is_somebody_elses_work(server: IndexServer, client: Client) -> None:
    listing = Index(client, [server.url]).listing("good")
    assert listing is not None
    sdist = next(file for file in listing.files(0) if file.filename.endswith(".tar.gz"))
    assert Index(client, [server.url]).dependencies(sdist) is None


@pytest.mark.parametrize(("extra", "requests"), [(0, 1), (200, 1), (1500, 2)])
def test_one_range_reads_metadata_of_most_wheels(client: Client, extra: int, requests: int) -> None:
    data = wheel("big", "1.0", requires=("far>2",), extra=extra)
    for form in ("json", "html"):
        with IndexServer({"big": {"big-1.0-py3-none-any.whl": data}}, form=form, metadata=False) as server:
            index = Index(client, [server.url])
            assert index.dependencies(one_file(index, "big")) == told_by(data)
            assert len(server.requests) - 1 == requests
            assert "range" in server.requests[-1].headers


@pytest.mark.parametrize("options", [{"ranges": False}, {"suffix_ranges": False}])
def test_servers_without_ranges_cost_more_but_work(client: Client, options: dict[str, Any]) -> None:
    data = wheel("big", "1.0", requires=("far>2",), extra=100)
    projects = {"big": {"big-1.0-py3-none-any.whl": data}, "good": GOOD}
    with IndexServer(projects, metadata=False, **options) as server:
        index = Index(client, [server.url])
        assert index.dependencies(one_file(index, "big")) == told_by(data)
        assert index.dependencies(one_file(index)) == told_by(ONE)


@pytest.mark.parametrize("answer", [
    kit.status(206, b"x" * 50, content_range="bytes 0-49/70000"),
    kit.status(206, b"x" * 50, content_range="bytes 999999-1000048/50"),
    kit.status(206, b"x" * 50),
    kit.status(416),
])  # fmt: skip
def test_servers_that_lie_about_ranges_are_not_believed(client: Client, answer: kit.Answer) -> None:
    data = wheel("big", "1.0", requires=("far>2",), extra=100)
    with IndexServer({"big": {"big-1.0-py3-none-any.whl": data}}, metadata=False) as server:
        server.fault("/files/big/big-1.0-py3-none-any.whl", answer, times=2)
        index = Index(client, [server.url])
        assert index.dependencies(one_file(index, "big")) == told_by(data)


def test_a_wheel_that_is_none_is_named(client: Client) -> None:
    with IndexServer({"bad": {"bad-1.0-py3-none-any.whl": b"<html>" * 100}}, metadata=False) as server:
        index = Index(client, [server.url])
        with pytest.raises(MalformedWheel, match=r"bad-1\.0-py3-none-any.whl"):
            index.dependencies(one_file(index, "bad"))


def test_a_file_that_is_gone_is_said(client: Client) -> None:
    with IndexServer({"good": GOOD}, metadata=False) as server:
        index = Index(client, [server.url])
        file = one_file(index)
        server.projects.clear()
        with pytest.raises(Unreachable, match="no such file"):
            index.dependencies(file)


def test_a_download_is_checked_by_every_listed_hash(server: IndexServer, client: Client, tmp_path: Path) -> None:
    index = Index(client, [server.url])
    file = one_file(index)
    target = str(tmp_path / "a.whl")
    told: list[tuple[int, int | None]] = []
    assert index.download(file, target, lambda *at: told.append(at)) == hashlib.sha256(ONE).hexdigest()
    assert Path(target).read_bytes() == ONE
    assert told[-1] == (len(ONE), len(ONE))
    for algorithm in ("sha256", "sha512", "md5", "blake2b"):
        lied = file._replace(hashes={**file.hashes, algorithm: "00"})
        with pytest.raises(HashMismatch, match=f"{algorithm} .* promises 00"):
            index.download(lied, str(tmp_path / algorithm))
    unknown = file._replace(hashes={"sha3_999": "00"})
    assert index.download(unknown, str(tmp_path / "unknown")) == hashlib.sha256(ONE).hexdigest()


def test_a_download_survives_a_broken_stream(server: IndexServer, client: Client, tmp_path: Path) -> None:
    index = Index(client, [server.url])
    file = one_file(index)
    server.fault("/files/good/good-1.0-py3-none-any.whl", kit.truncated(ONE, 100), times=2)
    assert index.download(file, str(tmp_path / "x")) == file.hashes["sha256"]
    assert server.requests[-1].headers["range"] == "bytes=100-"


def test_a_download_never_replaces_a_file(server: IndexServer, client: Client, tmp_path: Path) -> None:
    index = Index(client, [server.url])
    target = tmp_path / "x"
    target.write_bytes(b"mine")
    with pytest.raises(PlaceError):
        index.download(one_file(index), str(target))
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (kit.page("<html><form action=login>"), "login or portal"),
        (kit.page("{", kit.JSON), "no valid JSON"),
        (kit.page("null", kit.JSON), "neither JSON nor HTML"),
        (kit.page('{"meta": {"api-version": "2.0"}, "files": []}', kit.JSON), "API version 2.0"),
        (kit.page(b"\x89PNG", "image/png"), "image/png"),
    ],
)
def test_a_page_that_is_none_names_itself(server: IndexServer, client: Client, fault: kit.Answer, words: str) -> None:
    server.fault("/simple/good/", fault)
    with pytest.raises(MalformedPage, match=words) as caught:
        Index(client, [server.url]).listing("good")
    assert f"{server.root}/simple/good/" in caught.value.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [kit.status(401), kit.status(403), kit.status(500), kit.redirect("file:///x"),
                                   kit.hang_up(), kit.bomb(80 << 20)])  # fmt: skip
def test_an_index_that_fails_is_not_an_empty_one(server: IndexServer, client: Client, fault: kit.Answer) -> None:
    server.fault("/simple/good/", fault)
    with pytest.raises(Unreachable) as caught:
        Index(client, [server.url]).listing("good")
    assert f"{server.root}/simple/good/" in caught.value.message


def test_an_error_is_not_remembered(server: IndexServer, client: Client) -> None:
    server.fault("/simple/good/", kit.status(400), times=1)
    index = Index(client, [server.url])
    with pytest.raises(Unreachable):
        index.listing("good")
    assert index.listing("good") is not None


def test_a_folder_of_wheels_needs_no_index(client: Client, tmp_path: Path) -> None:
    for name, data in GOOD.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "other-1.0.txt").write_bytes(b"")
    for place in (str(tmp_path), f"file://{tmp_path}"):
        index = Index(client, [], find_links=[place], offline=True)
        assert index.listing("other") is None
        file = one_file(index)
        assert index.dependencies(file) == told_by(ONE)
        target = str(tmp_path / f"copy{len(os.listdir(tmp_path))}")
        assert index.download(file, target) == hashlib.sha256(ONE).hexdigest()
        assert Path(target).read_bytes() == ONE


def test_links_stand_beside_the_index(server: IndexServer, client: Client, tmp_path: Path) -> None:
    (tmp_path / "good-7.0-py3-none-any.whl").write_bytes(TWO)
    listing = Index(client, [server.url], find_links=[str(tmp_path)]).listing("good")
    assert listing is not None
    assert listing.texts == ["1.0", "2.0", "7.0"]


def test_a_page_of_links_serves_several_projects(client: Client) -> None:
    with IndexServer({"good": GOOD}) as server:
        links = '<a href="files/good/good-1.0-py3-none-any.whl">get it</a> <a href="files/x/far-1.0.zip">far</a>'
        server.fault("/links.html", kit.page(links))
        index = Index(client, [], find_links=[f"{server.root}/links.html"])
        assert index.dependencies(one_file(index)) == told_by(ONE)
        assert index.listing("far") is not None
        assert server.paths().count("/links.html") == 1


def test_an_index_may_be_a_tree_of_folders(client: Client, tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "good-1.0-py3-none-any.whl").write_bytes(ONE)
    (tmp_path / "paged").mkdir()
    (tmp_path / "paged" / "index.html").write_text('<a href="../good/good-1.0-py3-none-any.whl">paged-1.0.zip</a>')
    index = Index(client, [f"file://{tmp_path}"])
    assert index.dependencies(one_file(index)) == told_by(ONE)
    paged = index.listing("paged")
    assert paged is not None
    assert paged.files(0)[0].url == f"file://{tmp_path}/good/good-1.0-py3-none-any.whl"
    assert index.listing("missing") is None


def test_a_missing_folder_of_links_is_said(client: Client, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no such file"):
        Index(client, [], find_links=[str(tmp_path / "gone")]).listing("good")


@pytest.mark.parametrize(
    ("size", "length"), [(None, 64 << 10), (100, 100), (1 << 20, 32 << 10), (8 << 20, 128 << 10), (1 << 30, 256 << 10)]
)
def test_the_first_range_grows_with_the_wheel(size: int | None, length: int) -> None:
    assert net_wheel.tail_length(size) == length


def test_a_cached_page_leads_to_files_that_want_the_credentials_of_the_index(
    client: Client, cache: str, tmp_path: Path
) -> None:
    with IndexServer({"good": GOOD}, auth=("me", "s3cr3t")) as server:
        address = server.url_with("me", "s3cr3t")
        Index(client, [address], cache=cache).listing("good")
        later = Index(Client(), [address], cache=cache)
        later.download(one_file(later), str(tmp_path / "wheel"))
    assert (tmp_path / "wheel").read_bytes() == ONE


def test_a_page_of_the_future_is_not_trusted(server: IndexServer, client: Client, cache: str) -> None:
    clock = Clock()
    clock.now += 10**6
    Index(client, [server.url], cache=cache, clock=clock).listing("good")
    clock.now -= 10**6
    asked = len(server.requests)
    Index(client, [server.url], cache=cache, clock=clock).listing("good")
    assert len(server.requests) == asked + 1


def test_refreshing_heals_a_page_whose_rows_were_damaged(server: IndexServer, client: Client, cache: str) -> None:
    Index(client, [server.url], cache=cache).listing("good")
    (path,) = (path for path in Path(cache).rglob("*") if path.is_file())
    content = path.read_bytes()
    path.write_bytes(content[:-300] + b"[1]" + bytes(297))
    damaged = Index(client, [server.url], cache=cache).listing("good")
    assert damaged is not None
    with pytest.raises(MalformedPage, match="cached page of good is damaged") as caught:
        damaged.files(0)
    assert "--refresh" in caught.value.hints[0]
    healed = Index(client, [server.url], cache=cache, refresh=True).listing("good")
    assert healed is not None and healed.files(0)
    again = Index(client, [server.url], cache=cache).listing("good")
    assert again is not None and again.files(0) == healed.files(0)
