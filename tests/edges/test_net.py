"""The HTTP client against a server that misbehaves: what is retried, what is refused, and what is never said."""

from __future__ import annotations

import gzip
import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elfin.edges.net import Client, Credentials, Network, redacted
from elfin.edges.net_status import retry_after
from elfin.edges.net_url import bypasses_proxy, origin
from elfin.errors import Unauthorized, Unreachable
from elfin.formats.urltext import without_credentials
from kit import indexserver as kit
from kit.indexserver import IndexServer

SECRET = "s3cr3t-pass"
DATA = bytes(range(256)) * 1200


class Waits(list[float]):
    """Stands for time.sleep."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as running:
        yield running


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(waits: Waits) -> Iterator[Client]:
    made = Client(Network(read_timeout=5.0), sleep=waits)
    yield made
    made.close()


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Unreachable) as caught:
        call()
    return caught.value.message


def test_a_gzip_body_is_decoded_whichever_inflater_is_there(
    server: IndexServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault("/a", kit.status(200, gzip.compress(b"one") + gzip.compress(b"two"), content_encoding="gzip"))
    assert client.get(f"{server.root}/a").body == b"onetwo"
    monkeypatch.setitem(sys.modules, "isal", None)
    assert client.get(f"{server.root}/a").body == b"onetwo"


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_transient_statuses_are_tried_again(server: IndexServer, client: Client, waits: Waits, code: int) -> None:
    server.fault("/a", kit.status(code), times=2)
    server.fault("/a", kit.page("fine"))
    assert client.get(f"{server.root}/a").body == b"fine"
    assert len(waits) == 2 and waits[0] < waits[1]


def test_attempts_are_limited_and_counted(server: IndexServer, client: Client) -> None:
    server.fault("/a", kit.status(503))
    assert "503 (Service Unavailable)" in refusal(lambda: client.get(f"{server.root}/a"))
    assert len(server.requests) == 4


@pytest.mark.parametrize("code", [400, 418, 501, 505, 600])
def test_permanent_statuses_are_not_tried_again(server: IndexServer, client: Client, code: int) -> None:
    server.fault("/a", kit.status(code))
    assert str(code) in refusal(lambda: client.get(f"{server.root}/a"))
    assert len(server.requests) == 1


def test_retry_after_is_honoured_up_to_a_minute(server: IndexServer, client: Client, waits: Waits) -> None:
    server.fault("/a", kit.status(429, retry_after=7), times=1)
    server.fault("/a", kit.page("fine"))
    assert client.get(f"{server.root}/a").body == b"fine"
    assert waits == [7.0]
    server.fault("/b", kit.status(503, retry_after=86400))
    assert "86400 s" in refusal(lambda: client.get(f"{server.root}/b"))
    assert waits == [7.0]


def test_retry_after_may_be_a_date() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:30 GMT", 1445412480.0) == 30.0
    assert retry_after("Wed, 21 Oct 2015 07:28:30 GMT", 1445419999.0) == 0.0
    assert retry_after("soon", 0.0) is None


def test_a_missing_page_is_an_answer(server: IndexServer, client: Client) -> None:
    assert client.get(f"{server.root}/nothing").status == 404


@pytest.mark.parametrize("fault", [kit.hang_up(), kit.truncated(DATA, 1000), kit.truncated_chunks(DATA)])
def test_broken_answers_are_tried_again(server: IndexServer, client: Client, fault: kit.Answer) -> None:
    server.fault("/a", fault, times=1)
    server.fault("/a", kit.page(DATA))
    assert client.get(f"{server.root}/a").body == DATA


def test_a_closed_port_is_said_in_words(server: IndexServer, client: Client) -> None:
    with IndexServer() as other:
        gone = other.root
    assert "connection refused" in refusal(lambda: client.get(f"{gone}/a"))


def test_a_name_that_does_not_exist_is_said_in_words(client: Client) -> None:
    assert "could not be resolved" in refusal(lambda: client.get("http://nowhere.invalid/a"))


@pytest.mark.parametrize("inflater", ["isal", "zlib"])
def test_a_gzip_stream_that_is_none_or_cut_is_refused(
    server: IndexServer, client: Client, monkeypatch: pytest.MonkeyPatch, inflater: str
) -> None:
    if inflater == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    server.fault("/a", kit.status(200, b"no gzip at all", content_encoding="gzip"))
    server.fault("/b", kit.status(200, gzip.compress(DATA)[:-20], content_encoding="gzip"))
    server.fault("/c", kit.status(200, b"x", content_encoding="br"))
    assert "not the gzip stream" in refusal(lambda: client.get(f"{server.root}/a"))
    assert "ends too early" in refusal(lambda: client.get(f"{server.root}/b"))
    assert "not asked for" in refusal(lambda: client.get(f"{server.root}/c"))


def test_bodies_have_a_cap_on_the_wire_and_decoded(server: IndexServer, client: Client) -> None:
    server.fault("/endless", kit.endless())
    server.fault("/bomb", kit.bomb(8 << 20))
    for path in ("/endless", "/bomb"):
        assert "larger than the 1 MiB" in refusal(lambda path=path: client.get(server.root + path, limit=1 << 20))
    assert len(server.requests) == 2


def test_a_drip_ends_in_an_error(server: IndexServer, waits: Waits) -> None:
    server.fault("/a", kit.drip(40))
    ticks = iter(range(0, 100000, 40))  # however the bytes are bundled, they come too late
    client = Client(Network(retries=1), sleep=waits, clock=lambda: float(next(ticks)))
    assert "bytes in 40 s" in refusal(lambda: client.get(f"{server.root}/a"))
    client.close()


def test_redirects_are_followed_ten_times(server: IndexServer, client: Client) -> None:
    for number in range(10):
        server.fault(f"/{number}", kit.redirect(f"/{number + 1}"))
    server.fault("/10", kit.page("there"))
    answer = client.get(f"{server.root}/0")
    assert (answer.body, answer.url) == (b"there", f"{server.root}/10")
    server.fault("/loop", kit.redirect("/loop"))
    assert "more than 10 redirects" in refusal(lambda: client.get(f"{server.root}/loop"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://host/x", "", "//["])
def test_a_redirect_off_the_web_is_refused_at_once(server: IndexServer, client: Client, target: str) -> None:
    server.fault("/a", kit.redirect(target))
    assert "redirect leads to" in refusal(lambda: client.get(f"{server.root}/a"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "ftp://host/x", ""])
def test_only_the_web_is_fetched(client: Client, url: str) -> None:
    assert "only http and https" in refusal(lambda: client.get(url))


def test_credentials_of_a_url_go_to_their_origin_only(client: Client) -> None:
    with IndexServer() as home, IndexServer() as abroad:
        home.fault("/away", kit.redirect(f"{abroad.root}/seen"))
        home.fault("/here", kit.redirect("/seen"))
        client.get(f"{home.root}/away".replace("://", f"://me:{SECRET}@"))
        client.get(f"{home.root}/here")
    assert all("authorization" in request.headers for request in home.requests)
    assert "authorization" not in abroad.requests[0].headers
    assert SECRET not in "".join(home.paths() + abroad.paths())


def test_netrc_is_read(server: IndexServer, tmp_path: Path) -> None:
    server.auth = ("me", SECRET)
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    client = Client(Network(netrc=str(file)))
    assert client.get(f"{server.root}/a").status == 404
    file.write_text("machine } what\n")
    with pytest.raises(Unauthorized):
        Client(Network(netrc=str(file))).get(f"{server.root}/a")
    client.close()


def test_the_keyring_is_asked_once_after_a_refusal(server: IndexServer) -> None:
    server.auth = ("me", SECRET)
    asked = []

    def keyring(url: str, user: str | None) -> Credentials:
        asked.append((url, user))
        return Credentials("me", SECRET)

    client = Client(keyring=keyring)
    assert [client.get(f"{server.root}/{name}").status for name in "ab"] == [404, 404]
    assert asked == [(f"{server.root}/a", None)]
    client.close()


def test_a_refusal_tells_missing_from_wrong_credentials_and_leaks_neither(server: IndexServer, client: Client) -> None:
    server.auth = ("me", "right")
    with pytest.raises(Unauthorized) as missing:
        client.get(f"{server.root}/a?token={SECRET}")
    assert "wants credentials" in missing.value.message
    with pytest.raises(Unauthorized) as wrong:
        client.get(f"{server.root}/a".replace("://", f"://me:{SECRET}@"))
    assert "not accepted" in wrong.value.message
    assert SECRET not in f"{missing.value} {wrong.value} {wrong.value.hints}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://me:{SECRET}@host/x", "https://***@host/x"),
        (f"https://{SECRET}@host/x", "https://***@host/x"),
        (f"https://{SECRET}:@host/x", "https://***@host/x"),
        (f"https://me:{SECRET}@p@host/x", "https://***@host/x"),
        (f"https://me:{SECRET}/more@host/x", "https://***@host/x"),
        (f"https://host/x?a=1&X-Amz-Signature={SECRET}#f", "https://host/x?a=***&X-Amz-Signature=***#f"),
        (f"http://me:{SECRET}@[::bad/x", "http://***@[::bad/x"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
        ("no url at all", "no url at all"),
    ],
)
def test_no_secret_of_a_url_is_shown(url: str, shown: str) -> None:
    assert redacted(url) == shown
    assert SECRET not in redacted(f"could not read '{url}'")


def test_userinfo_is_taken_out_and_decoded() -> None:
    assert without_credentials("https://a%40b:p%2Fq@host/x@y") == ("https://host/x@y", Credentials("a@b", "p/q"))
    assert without_credentials("https://host/x@y") == ("https://host/x@y", None)
    assert SECRET not in repr(Credentials("me", SECRET))


def test_origins_ignore_case_userinfo_and_default_ports() -> None:
    assert origin("HTTPS://me:x@Host/a") == origin("https://host:443/b?c") == "https://host:443"
    assert origin("http://[::1]:80/") == "http://[::1]:80"
    assert origin("http://host:8080") != origin("http://host")


@pytest.mark.parametrize(
    ("host", "no_proxy", "direct"),
    [
        ("host", "host", True), ("a.host", "host", True), ("a.host", ".host", True), ("ahost", "host", False),
        ("a.host", "*.host", True), ("x", "*", True), ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False), ("host", "", False), ("host", "host:8080", True), ("::1", "::1", True),
    ],
)  # fmt: skip
def test_no_proxy(host: str, no_proxy: str, direct: bool) -> None:
    assert bypasses_proxy(host, no_proxy) is direct


def test_a_proxy_is_used_and_gets_its_own_credentials(server: IndexServer) -> None:
    server.fault("http://elsewhere.invalid/a", kit.page("via proxy"))
    proxy = server.root.replace("://", f"://me:{SECRET}@")
    client = Client(Network(proxies={"all": proxy}))
    assert client.get("http://elsewhere.invalid/a").body == b"via proxy"
    assert "proxy-authorization" in server.requests[0].headers
    client.close()
    broken = Client(Network(proxies={"all": f"socks5://me:{SECRET}@host"}))
    assert SECRET not in refusal(lambda: broken.get("http://elsewhere.invalid/a"))


def test_a_range_is_the_bytes_asked_for_or_nothing(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        url = f"{server.root}/files/p/f.bin"
        end, middle = client.get_range(url, None, 100), client.get_range(url, 5, 10)
        assert end is not None and middle is not None
        assert (end.body, middle.body) == (DATA[-100:], DATA[5:15])
        assert middle.headers["content-range"] == f"bytes 5-14/{len(DATA)}"
        server.ranges = False
        assert client.get_range(url, 5, 10) is None


def download(client: Client, url: str, *, verified: bool = False) -> tuple[bytes, str]:
    sink = bytearray()
    got = client.stream(url, sink.extend, restart=sink.clear, verified=verified)
    assert got.size == len(sink)
    return bytes(sink), got.digests["sha256"]


def test_a_broken_download_goes_on_where_it_broke(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}, etag=True) as server:
        url = "/files/p/f.bin"
        tag = f'"{hashlib.sha256(DATA).hexdigest()[:16]}"'
        server.fault(url, kit.truncated(DATA, 70000, etag=tag), times=1)
        assert download(client, server.root + url) == (DATA, hashlib.sha256(DATA).hexdigest())
        assert server.requests[1].headers["range"] == "bytes=70000-"
        assert server.requests[1].headers["if-range"] == tag


def test_a_download_begins_again_when_nothing_vouches_for_the_rest(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}, etag=False) as server:
        server.fault("/files/p/f.bin", kit.truncated(DATA, 70000), times=1)
        assert download(client, f"{server.root}/files/p/f.bin")[0] == DATA
        assert "range" not in server.requests[1].headers
        server.fault("/files/p/f.bin", kit.truncated(DATA, 70000), times=1)
        assert download(client, f"{server.root}/files/p/f.bin", verified=True)[0] == DATA
        assert server.requests[3].headers["range"] == "bytes=70000-"


@pytest.mark.parametrize("held", [b"", DATA[:70000], DATA])
def test_a_download_goes_on_behind_what_is_held(client: Client, held: bytes) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        sink, told = bytearray(held), []
        got = client.stream(
            f"{server.root}/files/p/f.bin", sink.extend, restart=sink.clear, verified=True,
            held=[held[:1000], held[1000:]], progress=lambda *at: told.append(at),
        )  # fmt: skip
        assert bytes(sink) == DATA and got.digests["sha256"] == hashlib.sha256(DATA).hexdigest()
        assert told[-1] == (len(DATA), len(DATA))
        # Of a whole file nothing is left to send: the server says so, and all of it is fetched to be sure.
        assert [one.headers.get("range") for one in server.requests] == (
            [f"bytes={len(held)}-"] if 0 < len(held) < len(DATA) else [f"bytes={len(DATA)}-", None] if held else [None]
        )


def test_a_part_that_ends_early_is_noticed_behind_what_is_held(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        sink, url = bytearray(DATA[:1000]), "/files/p/f.bin"
        part = kit.status(206, DATA[1000:70000], content_range=f"bytes 1000-69999/{len(DATA)}")
        server.fault(url, part, times=1)
        client.stream(server.root + url, sink.extend, restart=sink.clear, verified=True, held=[DATA[:1000]])
        assert bytes(sink) == DATA and server.requests[1].headers["range"] == "bytes=70000-"


def test_a_file_that_changed_meanwhile_is_begun_again(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA[::-1]}}, etag=True) as server:
        server.fault("/files/p/f.bin", kit.truncated(DATA, 70000, etag='"old"'), times=1)
        assert download(client, f"{server.root}/files/p/f.bin")[0] == DATA[::-1]


def test_a_part_that_is_not_the_one_asked_for_is_not_joined(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        url = "/files/p/f.bin"
        server.fault(url, kit.truncated(DATA, 70000), times=1)
        wrong = f"bytes 0-{len(DATA) - 1}/{len(DATA)}"
        server.fault(url, kit.status(206, DATA, content_range=wrong), times=1)
        assert download(client, server.root + url, verified=True)[0] == DATA


def test_progress_tells_bytes_and_total(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        told: list[tuple[int, int | None]] = []
        client.stream(f"{server.root}/files/p/f.bin", len, restart=int, progress=lambda *at: told.append(at))
        assert told[-1] == (len(DATA), len(DATA))


def test_threads_share_one_client(client: Client) -> None:
    with IndexServer({"p": {"f.bin": DATA}}) as server:
        got: list[bytes] = []
        work = lambda: got.append(client.get(f"{server.root}/files/p/f.bin").body)  # noqa: E731
        threads = [threading.Thread(target=work) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [DATA] * 24
