"""The catalogue of Pythons in use: the one named by a setting, else the newer of the user's copy and elfin's own; and
how a new one is made out of what others publish.
"""

from __future__ import annotations

import os

from elfin.edges import disk
from elfin.errors import ConfigError, ElfinError, NoAnswer, PlaceError, Refused, Unreachable
from elfin.flows.context import Context
from elfin.formats.urltext import redacted
from elfin.pythons import catalogue, mirrors
from elfin.pythons.catalogue import MAGIC, Catalogue
from elfin.record import NamedTuple

_LARGEST = 256 << 20


class Built(NamedTuple):
    """A catalogue that was made, and what became of the rows it was made from."""

    text: str
    rows: int
    kept: int
    flagged: dict[str, int]
    dropped: dict[str, int]
    newest: str


def load(context: Context) -> Catalogue:
    """The catalogue to choose from. Raises PlaceError, Unreachable, MalformedPage for the one a setting names."""
    named = context.settings.python_catalogue
    if named.value is not None:
        text, base = _fetched(context, named.value, named.origin)
        return catalogue.read(text if text.startswith(MAGIC) else _made(context, [(text, base)], False).text)
    return _in_use(context)


def user_copy(context: Context) -> str | None:
    """Where the user's copy is, or would be; None: there is no home folder."""
    folder = context.settings.data_dir.value
    return None if folder is None else os.path.join(context.folder, folder, "pythons-v1.txt")


def _shipped() -> str:
    return os.path.join(os.path.dirname(catalogue.__file__), "pythons.txt")


def build(context: Context, sources: list[str], *, every_tag: bool = False) -> Built:
    """The catalogue out of files and URLs. Raises PlaceError, Unreachable, MalformedPage."""
    return _made(context, [_fetched(context, source, "the command line") for source in sources], every_tag)


def _made(context: Context, texts: list[tuple[str, str]], every_tag: bool) -> Built:
    from elfin.pythons import catalogue_build, catalogue_source

    rows: list[catalogue_source.Row] = []
    sums: list[str] = []
    for text, base in texts:
        read = catalogue_source.read(text, base)
        rows += read.rows
        sums += read.sums
    for url in sums:
        rows += catalogue_source.read(*_fetched(context, url, "the list of releases")).rows
    made = catalogue_build.made(rows, every_tag=every_tag)
    about = {"flagged": made.flagged, "dropped": made.dropped}
    text = catalogue.write(made.builds, about)
    newest = catalogue.read(text).newest
    return Built(text, len(rows), len(made.builds), made.flagged, made.dropped, newest)


def update(context: Context, source: str | None, *, allow_older: bool = False) -> tuple[Built, str]:
    """Refresh the user's copy from a source (None: the official list); what it is now, and its path.

    Raises Refused for one that is older than what is in use, and what `build` raises; the old copy is then kept.
    """
    path = user_copy(context)
    if path is None:
        raise PlaceError("there is no home folder to keep the catalogue in")
    text, base = _fetched(context, source or mirrors.OFFICIAL_LIST, "the command line")
    if text.startswith(MAGIC):
        read = catalogue.read(text)
        count = len(read.builds())
        built = Built(text, count, count, read.about.get("flagged", {}), read.about.get("dropped", {}), read.newest)
    else:
        built = _made(context, [(text, base)], False)
    if not built.kept:
        name = redacted(source or mirrors.OFFICIAL_LIST)
        raise NoAnswer(f"there is no Python in {name}", state="the old catalogue is kept")
    before = _in_use(context)
    if built.newest < before.newest and not allow_older:
        raise Refused(
            f"that catalogue is older than the one in use: {built.newest} before {before.newest}",
            state="the old catalogue is kept",
            hints=("`--allow-older` takes it all the same",),
        )
    disk.make_folder(os.path.dirname(path))
    text = built.text
    if built.newest < before.newest:
        held = catalogue.read(text)
        text = catalogue.write(held.builds(), {**held.about, "older": True})
    disk.write(path, text.encode(), durable=True)
    return built, path


def _in_use(context: Context) -> Catalogue:
    """What is used without a setting: the user's copy, unless a newer elfin came with newer data."""
    own = catalogue.read(_file(_shipped()))
    copy = user_copy(context)
    if copy is None or not os.path.isfile(copy):
        return own
    try:
        users = catalogue.read(_file(copy))
    except ElfinError as error:  # a broken copy must not keep anybody from a Python
        context.warn(f"{copy} cannot be used: {error.message}")
        return own
    # Data that is older on purpose (`update --allow-older`) says so.
    return users if users.newest >= own.newest or users.about.get("older") else own


def _fetched(context: Context, source: str, origin: str) -> tuple[str, str]:
    """(text, URL to which names in it are relative) of a path or URL; gzip is undone."""
    if source.startswith(("http://", "https://")):
        if context.settings.offline.value:
            what = redacted(source)
            raise Unreachable(f"offline, and {what} is not here", hints=("without --offline it would be asked for",))
        # From here on the client knows its credentials, and nobody else.
        source = context.client.learn(source)
        answer = context.client.get(source, limit=_LARGEST)
        if answer.status != 200:
            raise Unreachable(f"the server answered {answer.status}: {redacted(source)}")
        return _text(answer.body, redacted(source)), source
    path = mirrors.path_of(source)
    if path is None:
        raise ConfigError(f"{origin} names {redacted(source)}, which is neither a file nor http(s)")
    path = os.path.join(context.folder, os.path.expanduser(path))
    from urllib.parse import quote

    return _text(_bytes(path), path), "file://" + quote(path)


def _text(data: bytes, name: str) -> str:
    if data[:2] == b"\x1f\x8b":
        import zlib

        try:
            stream = zlib.decompressobj(31)
            data = stream.decompress(data, _LARGEST)
            if not stream.eof:
                raise PlaceError(f"{name} is cut off")
        except zlib.error as error:
            raise PlaceError(f"{name} is a broken gzip file") from error
    return data.decode("utf-8", "replace")


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise disk.place_error(error, path) from error


def _file(path: str) -> str:
    return _bytes(path).decode("utf-8", "replace")
