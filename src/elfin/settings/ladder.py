"""The ladder of settings: a flag, then ELFIN_*, then uv's variables, then pip's for indexes, pip.conf, the default.

Answers: each setting's value and origin, from the parsed command line, the environment and what `disk` read. Pure.
pip gives indexes only, and its extra indexes only where nobody chose an index for elfin: a private index named for
another tool is not to be asked besides one that was chosen on purpose. An empty variable counts as not set, except
where its convention says otherwise. Refuses a value that has no meaning, and names the variable it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from elfin.errors import ConfigError, UsageError
from elfin.formats.urltext import redacted
from elfin.record import TYPE_CHECKING, NamedTuple, TypeVar
from elfin.settings.model import Files, Settings, Sourced

if TYPE_CHECKING:
    from typing import Any


DEFAULT_INDEX_URL = "https://pypi.org/simple"
DEFAULT_TIMEOUT = 30.0
DEFAULT_CONCURRENCY = 16

Value = TypeVar("Value")


class _Said(NamedTuple):
    """One place where a setting was said, and the text."""

    text: Any
    """A variable's text, or a flag's value."""
    origin: str
    flag: bool


def settings(flags: Mapping[str, Any], environ: Mapping[str, str], files: Files) -> Settings:
    """Climb the ladder for every setting.

    `flags` are parsed options by argparse's names (`index_url`, `extra_index_url`, `no_cache`, ...); one that is
    missing, None, False, 0 or empty was not given. Raises UsageError for a flag, ConfigError for a variable or file.
    """
    said = _Ladder(flags, environ)
    own_index = said.first(
        "index_url", _url, "ELFIN_DEFAULT_INDEX", "ELFIN_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"
    )
    cache_dir = said.first("cache_dir", _text, "ELFIN_CACHE_DIR") or _cache_dir(environ, files)
    return Settings(
        index_url=own_index
        or said.first("", _url, "PIP_INDEX_URL")
        or _pip_index(files)
        or Sourced(DEFAULT_INDEX_URL, _DEFAULT),
        extra_index_urls=_extra_indexes(said, files, chosen=own_index is not None),
        find_links=said.first("find_links", _words, "ELFIN_FIND_LINKS")
        or said.first("", _comma_words, "UV_FIND_LINKS")
        or said.first("", _words, "PIP_FIND_LINKS")
        or Sourced((), _DEFAULT),
        no_index=said.flag("no_index", "ELFIN_NO_INDEX", "UV_NO_INDEX", "PIP_NO_INDEX"),
        index_strategy=said.choice("index_strategy", _STRATEGIES, "ELFIN_INDEX_STRATEGY", "UV_INDEX_STRATEGY")
        or Sourced("first-index", _DEFAULT),
        keyring_provider=said.choice("keyring_provider", _KEYRINGS, "ELFIN_KEYRING_PROVIDER", "UV_KEYRING_PROVIDER")
        or Sourced("disabled", _DEFAULT),
        offline=said.flag("offline", "ELFIN_OFFLINE", "UV_OFFLINE"),
        no_cache=said.flag("no_cache", "ELFIN_NO_CACHE", "UV_NO_CACHE"),
        cache_dir=cache_dir,
        link_mode=said.choice("link_mode", _LINK_MODES, "ELFIN_LINK_MODE", "UV_LINK_MODE") or Sourced(None, _DEFAULT),
        proxies=_proxies(environ),
        no_proxy=said.first("", _text, "no_proxy", "NO_PROXY") or Sourced("", _DEFAULT),
        ca_bundle=said.first("cert", _text, "ELFIN_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
        or Sourced(None, _DEFAULT),
        netrc=said.first("", _text, "NETRC") or _netrc(files),
        timeout=said.first("timeout", _seconds, "ELFIN_HTTP_TIMEOUT", "UV_HTTP_TIMEOUT", "PIP_DEFAULT_TIMEOUT")
        or Sourced(DEFAULT_TIMEOUT, _DEFAULT),
        concurrency=said.first("concurrency", _count, "ELFIN_CONCURRENCY", "UV_CONCURRENT_DOWNLOADS")
        or Sourced(DEFAULT_CONCURRENCY, _DEFAULT),
        libc=said.first("libc", _text, "ELFIN_LIBC") or Sourced(None, _DEFAULT),
        python_catalogue=said.first("python_catalogue", _text, "ELFIN_PYTHON_CATALOGUE", "UV_PYTHON_DOWNLOADS_JSON_URL")
        or Sourced(None, _DEFAULT),
        python_mirrors=said.first("mirror", _places, "ELFIN_PYTHON_MIRROR", "UV_PYTHON_INSTALL_MIRROR")
        or Sourced((), _DEFAULT),
        python_folder=said.first("install_dir", _text, "ELFIN_PYTHON_INSTALL_DIR")
        or _below(_data_dir(environ, files), "pythons"),
        python_links=said.first("", _text, "ELFIN_PYTHON_BIN_DIR") or _links(environ, files),
        python_downloads=_python_downloads(said),
        data_dir=_data_dir(environ, files),
        color=_color(said, environ),
        progress=_progress(said),
        verbosity=_verbosity(flags),
    )


def describe(said: Settings) -> list[tuple[str, str, str]]:
    """(name, value as it may be shown, origin) of each setting; no secret is in it."""
    return [(name, _shown(sourced.value), sourced.origin) for name, sourced in zip(said._fields, said, strict=True)]


_DEFAULT = "default"
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "f"})
_STRATEGIES = {word: word for word in ("first-index", "unsafe-first-match", "unsafe-best-match")}
_KEYRINGS = {"disabled": "disabled", "subprocess": "subprocess"}
_LINK_MODES = {"clone": "reflink", "reflink": "reflink", "hardlink": "hardlink", "copy": "copy", "symlink": "symlink"}
_COLORS = {"auto": "auto", "always": "always", "never": "never"}


class _Ladder:
    """Flag first, then the variables in the order given."""

    def __init__(self, flags: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        self.flags = flags
        self.environ = environ

    def find(self, flag: str, variables: tuple[str, ...]) -> _Said | None:
        given = self.flags.get(flag)
        if given not in (None, False, 0, "", [], ()):
            return _Said(given, f"--{flag.replace('_', '-')}", True)
        for name in variables:
            text = self.environ.get(name, "").strip()
            if text:
                return _Said(text, name, False)
        return None

    def first(self, flag: str, read: Callable[[_Said], Value], *variables: str) -> Sourced[Value] | None:
        said = self.find(flag, variables)
        return None if said is None else Sourced(read(said), said.origin)

    def flag(self, flag: str, *variables: str) -> Sourced[bool]:
        return self.first(flag, _truth, *variables) or Sourced(False, _DEFAULT)

    def choice(self, flag: str, words: Mapping[str, str], *variables: str) -> Sourced[str] | None:
        def read(said: _Said) -> str:
            word = words.get(str(said.text).strip().lower())
            if word is None:
                raise _wrong(said, f"one of {', '.join(words)}")
            return word

        return self.first(flag, read, *variables)


def _wrong(said: _Said, expected: str) -> UsageError | ConfigError:
    kind = UsageError if said.flag else ConfigError
    return kind(f"{said.origin} is `{redacted(str(said.text))}`, and should be {expected}")


def _truth(said: _Said) -> bool:
    if said.text is True:
        return True
    word = str(said.text).lower()
    if word not in _TRUE and word not in _FALSE:
        raise _wrong(said, "1 or 0, true or false, yes or no, on or off")
    return word in _TRUE


def _text(said: _Said) -> str:
    return str(said.text)


def _words(said: _Said) -> tuple[str, ...]:
    return tuple(said.text.split()) if isinstance(said.text, str) else tuple(said.text)


def _comma_words(said: _Said) -> tuple[str, ...]:
    return tuple(word.strip() for word in str(said.text).split(",") if word.strip())


def _url(said: _Said) -> str:
    return _index(str(said.text), said)


def _urls(said: _Said) -> tuple[str, ...]:
    return tuple(_index(text, said) for text in _words(said))


def _index(text: str, said: _Said) -> str:
    """The URL of an index; uv's `NAME=URL` loses its name."""
    name, equals, url = text.partition("=")
    if equals and name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        text = url
    if not text.lower().startswith(_INDEX_SCHEMES):
        raise _wrong(_Said(text, said.origin, said.flag), "the URL of an index, as `https://host/simple`")
    return text


_INDEX_SCHEMES = ("https://", "http://", "file://")


def _seconds(said: _Said) -> float:
    try:
        seconds = float(said.text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise _wrong(said, "a number of seconds above 0")
    return seconds


def _count(said: _Said) -> int:
    text = str(said.text)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 1000 and len(text) < 9):
        raise _wrong(said, "a number from 1 to 1000")
    return int(text)


def _pip_index(files: Files) -> Sourced[str] | None:
    for pip in reversed(files.pip):
        if pip.index_url is not None:
            return Sourced(_index(pip.index_url, _Said(pip.index_url, f"index-url in {pip.name}", False)), pip.name)
    return None


def _extra_indexes(said: _Ladder, files: Files, *, chosen: bool) -> Sourced[tuple[str, ...]]:
    own = said.first("extra_index_url", _urls, "ELFIN_INDEX", "ELFIN_EXTRA_INDEX_URL")
    if own is not None:
        return own
    both = [said.first("", _urls, name) for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL")]
    named = [sourced for sourced in both if sourced is not None]
    if named:
        urls = tuple(dict.fromkeys(url for sourced in named for url in sourced.value))
        return Sourced(urls, " and ".join(sourced.origin for sourced in named))
    if chosen:
        return Sourced((), _DEFAULT)
    pip = said.first("", _words, "PIP_EXTRA_INDEX_URL")
    if pip is not None:
        return Sourced(_reachable(pip.value), pip.origin)
    for configuration in reversed(files.pip):
        if configuration.extra_index_urls:
            return Sourced(_reachable(configuration.extra_index_urls), configuration.name)
    return Sourced((), _DEFAULT)


def _reachable(urls: tuple[str, ...]) -> tuple[str, ...]:
    """pip's further indexes, without those that only pip could read (paths, `%(...)s`)."""
    return tuple(url for url in urls if url.lower().startswith(("https://", "http://")))


def _cache_dir(environ: Mapping[str, str], files: Files) -> Sourced[str | None]:
    shared = environ.get("XDG_CACHE_HOME", "")
    if shared.startswith("/"):  # the specification has relative ones ignored
        return Sourced(f"{shared.rstrip('/')}/elfin", "XDG_CACHE_HOME")
    if files.home is None:
        return Sourced(None, "there is no home folder")
    return Sourced(f"{files.home.rstrip('/')}/.cache/elfin", _DEFAULT)


def _data_dir(environ: Mapping[str, str], files: Files) -> Sourced[str | None]:
    shared = environ.get("XDG_DATA_HOME", "")
    if shared.startswith("/"):
        return Sourced(f"{shared.rstrip('/')}/elfin", "XDG_DATA_HOME")
    if files.home is None:
        return Sourced(None, "there is no home folder")
    return Sourced(f"{files.home.rstrip('/')}/.local/share/elfin", _DEFAULT)


def _below(folder: Sourced[str | None], name: str) -> Sourced[str | None]:
    return folder if folder.value is None else Sourced(f"{folder.value}/{name}", folder.origin)


def _links(environ: Mapping[str, str], files: Files) -> Sourced[str | None]:
    own = environ.get("XDG_BIN_HOME", "")
    if own.startswith("/"):
        return Sourced(own.rstrip("/"), "XDG_BIN_HOME")
    if files.home is None:
        return Sourced(None, "there is no home folder")
    return Sourced(f"{files.home.rstrip('/')}/.local/bin", _DEFAULT)


def _places(said: _Said) -> tuple[str, ...]:
    """Several folders and URLs between spaces; a folder whose name has spaces stands alone."""
    words = _words(said)
    if said.flag or all(word.startswith(("/", "~", ".")) or "://" in word for word in words):
        return words
    return (str(said.text),)


_DOWNLOADS = {"automatic": "automatic", "auto": "automatic", "true": "automatic", "manual": "manual", "never": "never",
              "false": "never"}  # fmt: skip


def _python_downloads(said: _Ladder) -> Sourced[str]:
    if said.flag("no_python_downloads").value:
        return Sourced("never", "--no-python-downloads")
    named = said.choice("", _DOWNLOADS, "ELFIN_PYTHON_DOWNLOADS", "UV_PYTHON_DOWNLOADS")
    return named or Sourced("automatic", _DEFAULT)


def _netrc(files: Files) -> Sourced[str | None]:
    return Sourced(None if files.home is None else f"{files.home.rstrip('/')}/.netrc", _DEFAULT)


def _proxies(environ: Mapping[str, str]) -> Sourced[Mapping[str, str]]:
    found: dict[str, str] = {}
    origins: list[str] = []
    for scheme in ("http", "https", "all"):
        lower = f"{scheme}_proxy"
        # A CGI program gets HTTP_PROXY from whoever sends it a `Proxy:` header.
        names = (lower,) if scheme == "http" and "REQUEST_METHOD" in environ else (lower, lower.upper())
        for name in names:
            if environ.get(name):
                found[scheme] = environ[name]
                origins.append(name)
                break
    return Sourced(found, ", ".join(origins) or _DEFAULT)


def _color(said: _Ladder, environ: Mapping[str, str]) -> Sourced[str]:
    own = said.choice("color", _COLORS, "ELFIN_COLOR")
    if own is not None:
        return own
    if environ.get("NO_COLOR"):  # any text but the empty one, says no-color.org
        return Sourced("never", "NO_COLOR")
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name, "0") not in ("", "0"):
            return Sourced("always", name)
    return Sourced("auto", _DEFAULT)


def _progress(said: _Ladder) -> Sourced[bool]:
    unwanted = said.flag("no_progress", "ELFIN_NO_PROGRESS", "UV_NO_PROGRESS")
    return Sourced(not unwanted.value, unwanted.origin)


def _verbosity(flags: Mapping[str, Any]) -> Sourced[int]:
    verbose, quiet = int(flags.get("verbose") or 0), int(flags.get("quiet") or 0)
    level = max(-2, min(2, verbose - quiet))
    return Sourced(level, _DEFAULT if not level else "--verbose" if level > 0 else "--quiet")


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {redacted_proxy(str(url))}" for key, url in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(redacted(str(one)) for one in value) or "none"
    return redacted(str(value))


def redacted_proxy(url: str) -> str:
    """A proxy without its secret; one may be written without a scheme (`user:password@host:3128`)."""
    return redacted(url) if "//" in url else redacted(f"//{url}")[2:]
