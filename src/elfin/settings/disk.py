"""Reads what bears on settings from the disk: the home folder and pip's configuration files, where there are any.

Answers `Files`. In the usual case, no pip.conf at all, this is six attempts to open a file. Changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from elfin.errors import ConfigError
from elfin.settings.model import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from elfin.formats import pipconf

_LARGEST = 1 << 20


def read_files(environ: Mapping[str, str]) -> Files:
    """The home folder and the pip.conf files, the strongest last. Raises ConfigError for one that cannot be read."""
    home = _home(environ)
    return Files(home, tuple(found for path in _pip_paths(environ, home) if (found := _pip(path)) is not None))


def _home(environ: Mapping[str, str]) -> str | None:
    """HOME, or the passwd entry where that is not set (services, some containers)."""
    home = environ.get("HOME", "")
    if home.startswith("/"):
        return home
    try:
        import pwd

        home = pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):  # no such user: `docker run --user 1234`
        return None
    return home if home.startswith("/") and os.path.isdir(home) else None


def _pip_paths(environ: Mapping[str, str], home: str | None) -> list[str]:
    """Where pip looks, in its order: for all users, for this user (old place, new place), environment, variable."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:  # pip's way to say: no configuration at all
        return []
    folders = [folder for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":") if folder.startswith("/")]
    paths = [*(f"{folder}/pip/pip.conf" for folder in reversed(folders)), "/etc/pip.conf"]
    own = environ.get("XDG_CONFIG_HOME", "")
    if home is not None:
        paths.append(f"{home}/.pip/pip.conf")
        own = own if own.startswith("/") else f"{home}/.config"
    if own.startswith("/"):
        paths.append(f"{own}/pip/pip.conf")
    if environ.get("VIRTUAL_ENV"):
        paths.append(f"{environ['VIRTUAL_ENV']}/pip.conf")
    if named:
        paths.append(named)
    return paths


def _pip(path: str) -> pipconf.PipConfiguration | None:
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        return None  # not there, or not for this user; pip passes over it too
    if len(data) > _LARGEST:
        raise ConfigError(f"{path} is larger than 1 MiB, so it is no pip configuration")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text") from error
    from elfin.formats import pipconf  # most machines have no pip.conf

    return pipconf.parse(text, path)
