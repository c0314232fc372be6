"""Each rung of the ladder wins over those below it, and every value knows where it was said."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from elfin.errors import ConfigError, UsageError
from elfin.formats.pipconf import PipConfiguration
from elfin.settings import ladder
from elfin.settings.model import Files, Settings

HOME = Files("/home/me")
PIP_CONF = Files(
    "/home/me", (PipConfiguration("/etc/pip.conf", "https://conf/simple", ("https://more/simple", "/a/path")),)
)


def said(environ: dict[str, str] | None = None, files: Files = HOME, **flags: Any) -> Settings:
    return ladder.settings(flags, environ or {}, files)


def test_with_nothing_said_everything_is_a_default() -> None:
    settings = said()
    assert {sourced.origin for sourced in settings} == {"default"}
    assert settings.index_url.value == ladder.DEFAULT_INDEX_URL
    assert settings.cache_dir.value == "/home/me/.cache/elfin"
    assert (settings.offline.value, settings.no_cache.value, settings.no_index.value) == (False, False, False)
    assert (settings.color.value, settings.progress.value, settings.verbosity.value) == ("auto", True, 0)


RUNGS = [
    ("flag", {"index_url": "https://flag/simple"}, {}),
    ("ELFIN_DEFAULT_INDEX", {}, {"ELFIN_DEFAULT_INDEX": "https://elfin/simple"}),
    ("ELFIN_INDEX_URL", {}, {"ELFIN_INDEX_URL": "https://elfin2/simple"}),
    ("UV_DEFAULT_INDEX", {}, {"UV_DEFAULT_INDEX": "https://uv/simple"}),
    ("UV_INDEX_URL", {}, {"UV_INDEX_URL": "https://uv2/simple"}),
    ("PIP_INDEX_URL", {}, {"PIP_INDEX_URL": "https://pip/simple"}),
    ("/etc/pip.conf", {}, {}),
]


@pytest.mark.parametrize(("upper", "lower"), list(itertools.combinations(range(len(RUNGS)), 2)))
def test_an_upper_rung_wins(upper: int, lower: int) -> None:
    flags: dict[str, str] = RUNGS[upper][1] | RUNGS[lower][1]
    environ: dict[str, str] = RUNGS[upper][2] | RUNGS[lower][2]
    found = ladder.settings(flags, environ, PIP_CONF).index_url
    assert found.origin == ("--index-url" if upper == 0 else RUNGS[upper][0])
    assert found.value in {**RUNGS[upper][1], **RUNGS[upper][2]}.values()


def test_the_last_of_several_pip_files_wins() -> None:
    files = Files(
        None,
        (
            PipConfiguration("a", "https://a/", ()),
            PipConfiguration("b", "https://b/", ()),
            PipConfiguration("c", None, ()),
        ),
    )
    assert said(files=files).index_url == ("https://b/", "b")


def test_further_indexes_of_pip_count_only_where_no_index_was_chosen_for_elfin() -> None:
    assert said(files=PIP_CONF).extra_index_urls == (("https://more/simple",), "/etc/pip.conf")
    assert said({"PIP_INDEX_URL": "https://pip/simple"}, PIP_CONF).extra_index_urls.value == ("https://more/simple",)
    assert said({"ELFIN_INDEX_URL": "https://own/simple"}, PIP_CONF).extra_index_urls.value == ()
    assert said(files=PIP_CONF, index_url="https://own/simple").extra_index_urls.value == ()
    assert said({"PIP_EXTRA_INDEX_URL": "https://x/ /wheels https://y/"}).extra_index_urls.value == (
        "https://x/",
        "https://y/",
    )


def test_further_indexes_may_have_names_and_uv_says_them_in_two_variables() -> None:
    assert said({"ELFIN_INDEX": "https://a/ torch=https://b/"}).extra_index_urls == (
        ("https://a/", "https://b/"),
        "ELFIN_INDEX",
    )
    both = said({"UV_INDEX": "x=https://a/", "UV_EXTRA_INDEX_URL": "https://b/ https://a/"}).extra_index_urls
    assert both == (("https://a/", "https://b/"), "UV_INDEX and UV_EXTRA_INDEX_URL")
    assert said({"ELFIN_INDEX": "https://a/"}, extra_index_url=["https://flag/"]).extra_index_urls.value == (
        "https://flag/",
    )


def test_an_index_url_with_an_equals_sign_in_its_query_is_no_name() -> None:
    assert said(index_url="https://h/simple?a=https://x/").index_url.value == "https://h/simple?a=https://x/"


def test_find_links() -> None:
    assert said({"UV_FIND_LINKS": "/a b,https://c/"}).find_links.value == ("/a b", "https://c/")
    assert said({"PIP_FIND_LINKS": "/a /b", "PIP_NO_INDEX": "1"})[2:4] == (
        (("/a", "/b"), "PIP_FIND_LINKS"),
        (True, "PIP_NO_INDEX"),
    )


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), (" yes ", True), ("on", True), ("0", False), ("off", False)]
)
def test_truths(text: str, value: bool) -> None:
    assert said({"ELFIN_OFFLINE": text}).offline == (value, "ELFIN_OFFLINE")


def test_a_false_variable_shields_from_those_below() -> None:
    assert said({"ELFIN_OFFLINE": "0", "UV_OFFLINE": "1"}).offline == (False, "ELFIN_OFFLINE")


def test_an_empty_variable_is_not_set() -> None:
    assert said({"ELFIN_OFFLINE": "", "UV_OFFLINE": "1", "ELFIN_INDEX_URL": " "}).offline == (True, "UV_OFFLINE")
    assert said({"ELFIN_INDEX_URL": " "}).index_url.origin == "default"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("ELFIN_OFFLINE", "maybe"),
        ("UV_NO_CACHE", "2"),
        ("ELFIN_HTTP_TIMEOUT", "soon"),
        ("PIP_DEFAULT_TIMEOUT", "0"),
        ("UV_HTTP_TIMEOUT", "nan"),
        ("ELFIN_CONCURRENCY", "0"),
        ("UV_CONCURRENT_DOWNLOADS", "-1"),
        ("ELFIN_CONCURRENCY", "9" * 5000),
        ("ELFIN_LINK_MODE", "magic"),
        ("UV_KEYRING_PROVIDER", "import"),
        ("ELFIN_INDEX_URL", "host.example/simple"),
        ("PIP_INDEX_URL", "ftp://host/"),
        ("ELFIN_INDEX", "https://a/ b"),
        ("ELFIN_COLOR", "pink"),
    ],
)
def test_a_value_without_meaning_is_an_error_that_names_the_variable(variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"^{variable} is `") as caught:
        said({variable: text})
    assert caught.value.exit_code == 2


def test_a_bad_flag_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--index-url is `nowhere`"):
        said(index_url="nowhere")


def test_a_bad_index_in_pip_conf_names_the_file() -> None:
    with pytest.raises(ConfigError, match=r"index-url in /etc/pip.conf is `%"):
        said(files=Files(None, (PipConfiguration("/etc/pip.conf", "%(here)s/simple", ()),)))


def test_the_cache_folder() -> None:
    assert said({"XDG_CACHE_HOME": "/x/"}).cache_dir == ("/x/elfin", "XDG_CACHE_HOME")
    assert said({"XDG_CACHE_HOME": "relative"}).cache_dir == ("/home/me/.cache/elfin", "default")
    assert said({"ELFIN_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x"}).cache_dir == ("/c", "ELFIN_CACHE_DIR")
    assert said({"ELFIN_CACHE_DIR": "/c"}, cache_dir="here").cache_dir == ("here", "--cache-dir")
    assert said(files=Files(None)).cache_dir.value is None


def test_proxies_prefer_lower_case_and_do_not_trust_cgi() -> None:
    environ = {"http_proxy": "http://a:1", "HTTP_PROXY": "http://b:1", "HTTPS_PROXY": "http://c:1", "NO_PROXY": "x,y"}
    assert said(environ).proxies == ({"http": "http://a:1", "https": "http://c:1"}, "http_proxy, HTTPS_PROXY")
    assert said(environ).no_proxy == ("x,y", "NO_PROXY")
    assert said({"HTTP_PROXY": "http://b:1", "REQUEST_METHOD": "GET"}).proxies.value == {}


@pytest.mark.parametrize(
    ("environ", "flag", "color"),
    [
        ({"NO_COLOR": "1"}, None, "never"),
        ({"NO_COLOR": ""}, None, "auto"),
        ({"FORCE_COLOR": "1"}, None, "always"),
        ({"FORCE_COLOR": "0"}, None, "auto"),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, None, "never"),
        ({"NO_COLOR": "1"}, "always", "always"),
    ],
)
def test_colour(environ: dict[str, str], flag: str | None, color: str) -> None:
    assert said(environ, color=flag).color.value == color


def test_verbosity_is_the_sum_of_flags() -> None:
    assert said(verbose=2, quiet=0).verbosity == (2, "--verbose")
    assert said(verbose=0, quiet=1).verbosity == (-1, "--quiet")
    assert said(quiet=5).verbosity.value == -2


def test_other_words() -> None:
    settings = said(
        {"UV_LINK_MODE": "clone", "ELFIN_LIBC": "musl", "SSL_CERT_FILE": "/c.pem", "ELFIN_NO_PROGRESS": "1"},
        no_progress=False,
    )
    assert settings.link_mode == ("reflink", "UV_LINK_MODE")
    assert settings.libc == ("musl", "ELFIN_LIBC")
    assert settings.ca_bundle == ("/c.pem", "SSL_CERT_FILE")
    assert settings.progress == (False, "ELFIN_NO_PROGRESS")
    assert said({"PIP_DEFAULT_TIMEOUT": "60"}).timeout == (60.0, "PIP_DEFAULT_TIMEOUT")


def test_a_description_holds_no_secret() -> None:
    secret = "hunter2"
    environ = {
        "ELFIN_INDEX_URL": f"https://user:{secret}@host/simple?token={secret}",
        "ELFIN_INDEX": f"https://{secret}@host/",
        "ELFIN_FIND_LINKS": f"https://u:{secret}@host/",
        "https_proxy": f"u:{secret}@proxy:3128",
        "http_proxy": f"http://u:{secret}@proxy:3128",
    }
    rows = ladder.describe(said(environ))
    assert not [row for row in rows if secret in " ".join(row)]
    assert ("index_url", "https://***@host/simple?token=***", "ELFIN_INDEX_URL") in rows
    assert ("offline", "no", "default") in rows


@pytest.mark.parametrize("variable", ["ELFIN_INDEX_URL", "ELFIN_INDEX", "PIP_INDEX_URL", "ELFIN_HTTP_TIMEOUT"])
def test_an_error_holds_no_secret(variable: str) -> None:
    for text in ("ftp://u:hunter2@host/", "httpx://hunter2@[::bad/"):
        with pytest.raises(ConfigError) as caught:
            said({variable: text})
        assert "hunter2" not in caught.value.message
