"""The values of a release: its artifacts, what each needs of a place, how it gets installed, what a place would get.

Nothing here reads or decides anything. A release is made of audited files by `flows.installer_build`, kept as
`release.json` (`installers.manifest`), and turned into scripts (`installers.shell`, `installers.powershell`).
"""

from __future__ import annotations

from elfin.host.fit import Verdict
from elfin.host.model import Needs
from elfin.record import NamedTuple


class Program(NamedTuple):
    """One executable that an artifact brings."""

    name: str
    """As it is installed: "hello", "hello.exe"."""
    member: str
    """Its path in the archive with the top folder, "" where the artifact is the bare binary itself."""


class Artifact(NamedTuple):
    """One file of a release, for one kind of place."""

    name: str
    """File name, which a URL ends with: "hello-x86_64-unknown-linux-musl.tar.gz"."""
    target: str
    """Rust-style triple: "x86_64-unknown-linux-musl", "armv7-unknown-linux-gnueabihf", "universal2-apple-darwin"."""
    format: str
    """"tar.gz", "tar.xz", "tar.zst", "tar", "zip", or "binary" for a bare executable."""
    size: int
    """Bytes; 0 where nobody has seen the file."""
    sha256: str
    """Lower-case hex, 64 characters. An artifact without one cannot be installed, so none is made without."""
    top: str
    """The one folder that all members lie in: "hello-1.0"; "" where there is none."""
    programs: tuple[Program, ...]
    needs: tuple[Needs, ...]
    """Any of them will do (a universal macOS file has two). For Linux one: `libc` None means static."""
    loader: str | None
    """PT_INTERP that its programs name, None for static ones and other systems."""
    libraries: tuple[str, ...]
    """DT_NEEDED of its programs beyond libc and what comes along: "libstdc++.so.6"."""
    witnesses: tuple[str, ...]
    """What proves the needs, in clauses: "hello: clock_gettime@GLIBC_2.17 of libc.so.6"."""
    measured: bool
    """False where only the name is known: then a missing libc floor means "cannot tell", not "any"."""
    stated: tuple[int, ...] | None = None
    """The floor its maintainer stated instead of the measured one (which `needs` then holds), None: as measured."""


class Layout(NamedTuple):
    """How an artifact lies on the disk once it is installed."""

    kind: str
    """"programs": its programs go into the folder for programs and nothing else is kept. "tree": the whole archive
    goes into a folder of its own (`<data folder>/<app>/<version>`), and `links` into the folder for programs."""
    links: tuple[str, ...] = ()
    """For "tree": paths in the archive below its top folder, each to be linked under its own base name."""


class Release(NamedTuple):
    """Everything the scripts are made of."""

    app: str
    """[A-Za-z0-9][A-Za-z0-9._-]*, at most 64 characters: checked by `manifest`, since it names files and variables."""
    version: str
    """[A-Za-z0-9][A-Za-z0-9.+!_-]*, at most 64."""
    base_urls: tuple[str, ...]
    """Tried in order, each the folder that artifacts lie in; "{version}" in it stands for the version asked for."""
    artifacts: tuple[Artifact, ...]
    layout: Layout
    probe: tuple[str, ...] = ("--version",)
    """Arguments the first program is started with before it replaces an old one; () for none: then it is only seen to
    start (any exit but 126, 127 and a signal)."""
    install_dirs: tuple[str, ...] = ("$XDG_BIN_HOME", "$XDG_DATA_HOME/../bin", "$HOME/.local/bin")
    """Folders for programs, the first whose variable is set wins."""
    homepage: str = ""
    """Printed when nothing fits, "" for none."""


class Candidate(NamedTuple):
    """One artifact at one place."""

    artifact: Artifact
    verdict: Verdict
    """None: it fits. CannotTell: it may, and only trying shows. Misfit: it does not."""
    rank: int
    """Smaller is tried first among those that fit or may; see `choose.RANKS`."""
    why: str
    """A clause: "glibc 2.36 is native and >= 2.28", "static, runs on any libc", "needs glibc 2.28; this place has
    musl 1.2.5"."""


class Choice(NamedTuple):
    """What an installer does at one place."""

    tried: tuple[Candidate, ...]
    """Those that fit or may, in the order they are tried; () where none is."""
    refused: tuple[Candidate, ...]
    """Those that do not fit, the nearest miss first."""
