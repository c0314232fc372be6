"""The settings, each with its value and where it was said."""

from __future__ import annotations

from collections.abc import Mapping

from elfin.record import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from elfin.formats.pipconf import PipConfiguration

Value_co = TypeVar("Value_co", covariant=True)


class Sourced(NamedTuple, Generic[Value_co]):
    """A value, and who said so: "--index-url", "ELFIN_INDEX_URL", "/etc/pip.conf", "default"."""

    value: Value_co
    origin: str


class Files(NamedTuple):
    """What lies on the disk and bears on settings."""

    home: str | None
    """The home folder (HOME, else the passwd entry); None: this user has none."""
    pip: tuple[PipConfiguration, ...] = ()
    """The pip.conf files there are, the strongest last."""


class Settings(NamedTuple):
    """Everything the user can choose that is not a matter of one command."""

    index_url: Sourced[str]
    extra_index_urls: Sourced[tuple[str, ...]]
    """Asked before `index_url`."""
    find_links: Sourced[tuple[str, ...]]
    """Folders and pages, as typed."""
    no_index: Sourced[bool]
    index_strategy: Sourced[str]
    """"first-index", "unsafe-first-match" or "unsafe-best-match"."""
    keyring_provider: Sourced[str]
    """"disabled" or "subprocess"."""
    offline: Sourced[bool]
    no_cache: Sourced[bool]
    cache_dir: Sourced[str | None]
    """As typed, so it may be relative; None: there is no place for one, so the run needs a temporary folder."""
    link_mode: Sourced[str | None]
    """"reflink", "hardlink", "copy" or "symlink"; None: the first that works."""
    proxies: Sourced[Mapping[str, str]]
    """By scheme of the target: "http", "https", "all"."""
    no_proxy: Sourced[str]
    ca_bundle: Sourced[str | None]
    """File or folder of certificates; None: the system's."""
    netrc: Sourced[str | None]
    """Path of the netrc file, whether or not it is there."""
    timeout: Sourced[float]
    """Seconds without a byte from the network."""
    concurrency: Sourced[int]
    """Requests at a time."""
    libc: Sourced[str | None]
    """What stands for the host's native libc, as typed; None: what the host says."""
    python_catalogue: Sourced[str | None]
    """Path or URL of a catalogue of Pythons, as typed; None: the user's own copy, else the one elfin came with."""
    python_mirrors: Sourced[tuple[str, ...]]
    """Folders and URLs that alone are asked for Pythons' archives, in turn; none: wherever the catalogue says."""
    python_folder: Sourced[str | None]
    """Where Pythons are installed, as typed; None: there is no home folder."""
    python_links: Sourced[str | None]
    """The folder on PATH that gets `python3.13` and the like, as typed; None: there is no home folder."""
    python_downloads: Sourced[str]
    """"automatic", "manual" (by `elfin python install` only) or "never"."""
    data_dir: Sourced[str | None]
    """Where the user's copy of the catalogue is; None: there is no home folder."""
    color: Sourced[str]
    """"auto", "always" or "never"."""
    progress: Sourced[bool]
    """Whether a terminal may be shown a progress line."""
    verbosity: Sourced[int]
    """-2 (only errors), -1, 0, 1, 2 (everything)."""
