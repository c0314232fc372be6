"""What every flow is given: settings, where the cache is, this machine, the index, and how to talk.

Everything costly is made at its first use, so that a command pays for what it touches only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from elfin.edges import terminal
from elfin.errors import PlaceError
from elfin.record import TYPE_CHECKING
from elfin.settings import disk as settings_disk
from elfin.settings import ladder
from elfin.settings.model import Settings

if TYPE_CHECKING:
    from typing import Any

    from elfin.edges.net import Client
    from elfin.host.disk import FolderRoot
    from elfin.host.model import Host, Interpreter
    from elfin.index.net import Index
    from elfin.pythons.child import Asking


class Context:
    """One run of elfin."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], folder: str, cache: str, *, refresh: bool
    ) -> None:
        self.settings = settings
        self.environ = environ
        self.folder = folder
        """The working folder, absolute."""
        self.cache = cache
        """The cache folder, absolute; it need not exist yet."""
        self.wheels = os.path.join(cache, "wheels-v1")
        self.pins = os.path.join(cache, "pins-v1")
        self.interpreters = os.path.join(cache, "interpreters-v2")
        self.environments = os.path.join(cache, "environments-v1")
        self.refreshing = refresh
        """Cached pages and answers are not to be trusted."""
        self._host: Host | None = None
        self._index: Index | None = None
        self._client: Client | None = None
        self._meanwhile: Callable[[], object] | None = None

    @classmethod
    def open(cls, flags: Mapping[str, Any]) -> Context:
        """The context of parsed options (argparse's names). Raises UsageError, ConfigError."""
        environ = os.environ
        settings = ladder.settings(flags, environ, settings_disk.read_files(environ))
        terminal.set_manner(
            color=settings.color.value, verbosity=settings.verbosity.value, progress=settings.progress.value
        )
        try:
            folder = os.getcwd()
        except OSError as error:
            raise PlaceError("the working folder is gone", hints=("`cd` to one that is there",)) from error
        cache = settings.cache_dir.value
        if cache is None or settings.no_cache.value:
            from elfin.flows.scratch import folder_of_this_run

            cache = folder_of_this_run()
        return cls(settings, environ, folder, os.path.join(folder, cache), refresh=bool(flags.get("refresh")))

    @property
    def place(self) -> FolderRoot:
        """This machine's file system."""
        from elfin.host.disk import FolderRoot

        return FolderRoot("/")

    @property
    def host(self) -> Host:
        """This machine, with --libc's word taken for its native libc."""
        if self._host is None:
            from elfin.host import live

            self._host = live.host(native=self.settings.libc.value)
        return self._host

    @property
    def index(self) -> Index:
        """All the places packages come from."""
        if self._index is None:
            from elfin.index.net import Index

            said = self.settings
            indexes = () if said.no_index.value else (*said.extra_index_urls.value, said.index_url.value)
            self._index = Index(
                self.client,
                tuple(dict.fromkeys(indexes)),
                find_links=[_absolute(links, self.folder) for links in said.find_links.value],
                cache=self.cache,
                strategy="all" if said.index_strategy.value.startswith("unsafe") else "first-index",
                offline=said.offline.value,
                refresh=self.refreshing,
            )
        return self._index

    def point_index(self, **changes: Any) -> None:
        """Take index settings that a requirements file gave, by the names of `Settings`; flags and variables win."""
        for name, sourced in changes.items():
            if getattr(self.settings, name).origin == "default" or isinstance(sourced.value, tuple):
                before = getattr(self.settings, name).value
                value = (*before, *sourced.value) if isinstance(sourced.value, tuple) else sourced.value
                self.settings = self.settings._replace(**{name: sourced._replace(value=value)})
        self._index = None

    def probe(self, executable: str) -> Interpreter:
        """What the Python at this path is; for an environment's, its base."""
        from elfin.pythons import child

        return child.probe(executable, self._asking)

    def find_python(self, request: str | None, *, fetch: bool = True) -> Interpreter:
        """The Python a request means (None: any): an installed one, the first on PATH, else with `fetch` a download.

        Raises NoPython, Unreachable, ...
        """
        from elfin.flows import python_find

        return python_find.find(self, request, self._asking, fetch=fetch)

    @property
    def _asking(self) -> Asking:
        from elfin.pythons.child import Asking

        return Asking(self.place, self.interpreters, self._meanwhile)

    @property
    def forking(self) -> bool:
        """Whether helpers may be forked: they leave what they find in a cache that outlives them, and ask nobody."""
        said = self.settings
        kept = said.cache_dir.value is not None and not said.no_cache.value
        return kept and said.keyring_provider.value == "disabled"

    def expect_index(self) -> None:
        """An index will be asked, most likely: make what that takes ready whenever this run has to wait anyway."""
        if not self.settings.offline.value:
            self._meanwhile = self._prepare_network

    def _prepare_network(self) -> None:
        from elfin.edges import net_pool
        from elfin.formats import simplepage

        net_pool.prepare()
        simplepage.prepare()
        self._meanwhile = None

    @property
    def client(self) -> Client:
        """The one HTTP client of this run."""
        if self._client is None:
            self._client = self._new_client()
        return self._client

    def _new_client(self) -> Client:
        from elfin.edges.net import Client, Network

        said = self.settings
        return Client(
            Network(
                proxies=said.proxies.value,
                no_proxy=said.no_proxy.value,
                ca_bundle=said.ca_bundle.value,
                netrc=said.netrc.value,
                read_timeout=said.timeout.value,
                threads=said.concurrency.value,
            ),
            keyring=self._keyring if said.keyring_provider.value == "subprocess" else None,
        )

    def _keyring(self, url: str, user: str | None) -> Any:
        from elfin.flows.scratch import keyring

        return keyring(url, user)

    def tell(self, text: str) -> None:
        """A finished line on stderr, unless quiet."""
        terminal.tell(text)

    def explain(self, text: str) -> None:
        """A line for -v."""
        terminal.tell(terminal.styled(terminal.safe(text), "dim"), 1)

    def warn(self, text: str) -> None:
        """A warning on stderr."""
        terminal.warn(terminal.safe(text))

    def output(self, text: str) -> None:
        """The answer of the command, on stdout."""
        if text:
            terminal.output(text)

    def styled(self, text: str, style: str) -> str:
        """`text` for stderr, safe and in colour where that is shown."""
        return terminal.styled(terminal.safe(text), style)

    def progress(self, what: str, total: int | None = None) -> terminal.Progress:
        """The line that tells of long work on a terminal."""
        return terminal.Progress(what, total=total)

    def tell_settings(self) -> None:
        """With -v, the settings somebody chose; with -vv all of them."""
        level = self.settings.verbosity.value
        if level < 1:
            return
        for name, shown, origin in ladder.describe(self.settings):
            if level > 1 or origin != "default" or name == "index_url":
                self.explain(f"{name} = {shown} ({origin})")


def _absolute(links: str, folder: str) -> str:
    return links if "://" in links else os.path.join(folder, os.path.expanduser(links))
