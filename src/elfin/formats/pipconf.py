"""pip.conf: the index URLs in it, and nothing else.

pip's configuration is read by pip as INI without interpolation (`%(...)s` stays as it is); the section of a command
([install]) wins over [global]. elfin takes the index from it as a last resort and leaves every other option to pip.
"""

from __future__ import annotations

from elfin.errors import ConfigError
from elfin.record import NamedTuple


class PipConfiguration(NamedTuple):
    """What one pip.conf says of indexes."""

    name: str
    """The file, as it is to be named in an origin."""
    index_url: str | None
    extra_index_urls: tuple[str, ...]


def parse(text: str, name: str) -> PipConfiguration:
    """Read the text of the file called `name`. Raises ConfigError for one that is no INI file."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text.removeprefix("\ufeff"), name)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", ())), (None,))[0]
        where = f"{name}:{line}" if line else name
        raise ConfigError(
            f"{where}: expected `[section]` lines and `key = value` lines",
            hints=("PIP_CONFIG_FILE=/dev/null leaves pip's configuration out",),
        ) from error
    said: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            # pip takes `index_url` for `index-url`.
            said |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    return PipConfiguration(
        name, said.get("index-url", "").strip() or None, tuple(said.get("extra-index-url", "").split())
    )
