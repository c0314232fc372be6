"""A folder of release files, or a list of them -> release.json, install.sh, install.ps1 and SHA256SUMS.

What is read: every archive and bare program of a folder; cargo-dist's dist-manifest.json; a release.json made before;
a list of names and checksums. A listed file that lies beside its list is measured, one that does not is taken by its
name, and scripts try it with that doubt. Everything is decided before anything is written.
"""

from __future__ import annotations

import os

from elfin.edges import disk
from elfin.errors import MalformedRelease, PlaceError, UsageError
from elfin.flows.context import Context
from elfin.installers import assets, dist_manifest, holes, manifest, measured
from elfin.installers import notes as noted
from elfin.installers import target as targets
from elfin.installers.holes import Hole
from elfin.installers.measured import Floor
from elfin.installers.model import Artifact, Layout, Program, Release
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from elfin.installers.target import Declared

OUTPUTS: Final = ("release.json", "install.sh", "install.ps1", "SHA256SUMS")
_LARGEST_LIST = 64 << 20


class Asked(NamedTuple):
    """What the command line says. None: to be read from the files."""

    source: str
    out: str
    name: str | None = None
    version: str | None = None
    base_urls: tuple[str, ...] = ()
    probe: tuple[str, ...] | None = None
    layout: Layout | None = None
    floors: Mapping[str, Floor] = {}
    allow_missing: bool = False
    homepage: str | None = None
    install_dirs: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """Of files that nobody can look into."""
    inside: str = ""
    """Where those lie; see `assets.member`."""


class Built(NamedTuple):
    """What was made."""

    release: Release
    holes: tuple[Hole, ...]
    notes: tuple[str, ...]
    """Clauses about what was passed over or assumed."""
    files: tuple[str, ...]
    """Paths written."""


class _Entry(NamedTuple):
    """A file to become an artifact."""

    name: str
    path: str | None
    """Where it lies, None where it does not."""
    declared: Declared | None
    sha256: str | None
    programs: tuple[str, ...] = ()
    """Paths of its programs, where a manifest says them."""


class _Listed(NamedTuple):
    """What a folder or a list tells."""

    entries: tuple[_Entry, ...]
    name: str | None
    version: str | None
    base_urls: tuple[str, ...]
    homepage: str = ""
    from_folder: bool = False


def build(context: Context, asked: Asked) -> Built:
    """Make the scripts of a release.

    Raises UsageError for what has to be said otherwise, MalformedRelease for files that contradict their names or each
    other, or are not the ones a list promised, Malformed* and UnsafeArchive for broken archives, PlaceError.
    """
    source = os.path.join(context.folder, os.path.expanduser(asked.source))
    out = os.path.join(context.folder, os.path.expanduser(asked.out))
    if os.path.lexists(out) and not os.path.isdir(out):
        raise UsageError(f"{asked.out} is no folder", hints=("-o names the folder that the scripts go into",))
    _keep_source(source, out, asked)
    notes: list[str] = []
    if (asked.programs or asked.inside) and os.path.isdir(source):
        raise UsageError("--program and --inside are for listed files that are not there", hints=("leave them out",))
    made = _again(source, asked) or _made(source, asked, notes)
    manifest.check(made)
    notes += noted.of_version(made)
    notes += noted.of_libraries(made.artifacts)
    if not made.base_urls:
        variable = f"{manifest.variable(made.app)}_BASE_URL"
        notes.append(f"no base URL was said: whoever installs has to set {variable} (--base-url says one)")
    left = holes.holes(made)
    files = _write(out, made)
    return Built(made, left, tuple(notes), files)


def _keep_source(source: str, out: str, asked: Asked) -> None:
    """A list may tell of more files than the scripts choose from: it is not to be lost to the one that is written."""
    sums = os.path.join(out, "SHA256SUMS")
    if os.path.isfile(source) and os.path.realpath(source) == os.path.realpath(sums):
        raise UsageError(
            f"SHA256SUMS of {asked.out} would overwrite the list that it is made of",
            hints=("name another folder with -o, or give the list another name",),
        )


def _again(source: str, asked: Asked) -> Release | None:
    """The release of a release.json that is given itself."""
    if os.path.basename(source) != "release.json" or not os.path.isfile(source):
        return None
    if asked.floors or asked.allow_missing or asked.name or asked.layout or asked.programs or asked.inside:
        raise UsageError(
            "a release.json says names, programs, floors and layout already",
            hints=("give the folder of the release files to change them",),
        )
    made = manifest.loads(_text(source))
    return made._replace(
        version=asked.version or made.version,
        base_urls=_trimmed(asked.base_urls) or made.base_urls,
        probe=made.probe if asked.probe is None else asked.probe,
        homepage=made.homepage if asked.homepage is None else asked.homepage,
        install_dirs=asked.install_dirs or made.install_dirs,
    )


def _made(source: str, asked: Asked, notes: list[str]) -> Release:
    listed = _listed(source, asked, notes)
    if not listed.entries:
        raise UsageError(
            f"there is no release file in {asked.source}",
            hints=("release files are archives (.tar.gz, .tar.xz, .tar.zst, .tar, .zip) and bare programs",),
        )
    listed = listed._replace(entries=_of_app(listed, asked.name, notes))
    told = [entry.name for entry in listed.entries if entry.declared is not None]
    names = tuple(told or [entry.name for entry in listed.entries])
    read_app, read_version = assets.name_and_version(names)
    app = asked.name or listed.name or read_app
    version = asked.version or listed.version or read_version
    if app is None:
        known = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        raise UsageError(f"the files do not agree on a name: {known}", hints=("--name says it",))
    noted.one_version(app, [(name, "") for name in names])
    if version is None:
        raise UsageError("no file name tells the version", hints=("--version 1.0 says it",))
    for field, text, option in (("app", app, "--name"), ("version", version, "--version")):
        if not manifest.fits(field, text):
            raise UsageError(f"{text!r} cannot be the {field}", hints=(manifest.GRAMMAR[field][1], f"{option} says it"))
    wish = measured.Wish(app, asked.layout or Layout("programs"), asked.floors, asked.allow_missing)
    artifacts = []
    for entry in listed.entries:
        one = _artifact(entry, wish, asked, notes, lenient=listed.from_folder)
        if one is not None:
            artifacts.append(one)
    notes += noted.of_guesses([one.name for one in artifacts if not one.measured])
    if not artifacts:
        raise UsageError(f"no file in {asked.source} has a program in it", hints=tuple(notes[:5]))
    _check_floors(asked.floors, artifacts)
    artifacts.sort(key=_order)
    _check_distinct(artifacts)
    defaults = Release(app, version, (), (), wish.layout)
    return Release(
        app,
        version,
        _trimmed(asked.base_urls) or _trimmed(listed.base_urls),
        tuple(artifacts),
        wish.layout,
        defaults.probe if asked.probe is None else asked.probe,
        asked.install_dirs or defaults.install_dirs,
        asked.homepage or listed.homepage,
    )


def _of_app(listed: _Listed, app: str | None, notes: list[str]) -> tuple[_Entry, ...]:
    """The entries without those that their names give to another app; cargo-dist's manifest tells by itself."""
    told = [entry.name for entry in listed.entries if entry.declared is not None and listed.name is None]
    others = assets.of_other_apps(told, app) if app else ()
    notes += [f"{name} is passed over: its name begins with another app's than {app}" for name in others]
    return tuple(entry for entry in listed.entries if entry.name not in others)


def _trimmed(urls: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url if url == "/" else url.rstrip("/") for url in urls))


def _order(one: Artifact) -> tuple[object, ...]:
    """By system, machine and libc; of two compressions the one that more places can unpack first."""
    os = str(one.needs[0].os)
    unlikely = one.format != "zip" if os == "windows" else targets.KINDS.index(one.format)
    return (targets.SERVED.index(os), one.target, unlikely, one.name)


def _check_distinct(artifacts: Sequence[Artifact]) -> None:
    """Two files that nothing tells apart: which one a place gets would be luck."""
    seen: dict[object, Artifact] = {}
    for one in artifacts:
        key = (one.format, frozenset(one.needs), one.measured)
        before = seen.setdefault(key, one)
        if before is not one:
            raise MalformedRelease(
                f"{before.name} and {one.name} are both for {one.target} and need the same: which one is to be taken?",
                hints=(
                    "`--floor FILE=LIBC:VERSION` gives each a floor of its own"
                    if before.stated or one.stated
                    else "keep one of them, or build several releases, one for each program",
                ),
            )


def _check_floors(floors: Mapping[str, Floor], artifacts: Sequence[Artifact]) -> None:
    known = {text for one in artifacts for text in (one.target, one.name)}
    for text in floors:
        if text not in known:
            import difflib

            near = difflib.get_close_matches(text, sorted(known), n=2, cutoff=0.5) or sorted(known)[:5]
            raise UsageError(f"--floor {text} names no target of this release", hints=(f"it has {', '.join(near)}",))


def _listed(source: str, asked: Asked, notes: list[str]) -> _Listed:
    if os.path.isdir(source):
        return _of_folder(source, notes)
    if not os.path.exists(source):
        raise UsageError(
            f"there is no {asked.source}", hints=("give a folder, dist-manifest.json, or a list of names",)
        )
    text = _text(source)
    folder = os.path.dirname(source)
    if dist_manifest.is_dist_manifest(text):
        return _of_dist(dist_manifest.parse(text, asked.name), folder, notes)
    if text.lstrip().startswith(("{", "[")):
        raise MalformedRelease(f"{asked.source} is neither a dist-manifest.json nor a list of files")
    found = []
    for asset in assets.parse(text):
        declared = targets.of_name(asset.name)
        if not _serves(asset.name, declared, notes):
            continue
        path = os.path.join(folder, asset.name)
        there = path if os.path.isfile(path) else None
        if declared is None and there is None:
            notes.append(f"{asset.name} is passed over: its name tells no target, and it does not lie beside")
            continue
        found.append(_Entry(asset.name, there, declared, asset.sha256))
    return _Listed(tuple(found), None, None, ())


def _of_folder(folder: str, notes: list[str]) -> _Listed:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise disk.place_error(error, folder) from error
    found = []
    for name in names:
        path = os.path.join(folder, name)
        if name.startswith(".") or name in OUTPUTS:
            continue
        if not os.path.isfile(path):
            notes.append(f"{name} is passed over: it is no file")
            continue
        declared = targets.of_name(name)
        if _serves(name, declared, notes):
            found.append(_Entry(name, path, declared, None))
    return _Listed(tuple(found), None, None, (), from_folder=True)


def _of_dist(told: dist_manifest.DistRelease, folder: str, notes: list[str]) -> _Listed:
    found = []
    for one in told.files:
        path = os.path.join(folder, one.name)
        declared = targets.parse(one.target)
        if declared is None:
            notes.append(f"{one.name} is passed over: it is for {one.target or 'no target'}, which is not known")
        elif _serves(one.name, declared, notes):
            found.append(_Entry(one.name, path if os.path.isfile(path) else None, declared, one.sha256, one.programs))
    return _Listed(tuple(found), told.app, told.version, told.base_urls)


def _serves(name: str, declared: Declared | None, notes: list[str]) -> bool:
    """Whether a file may be one to choose from; why not is told of what its name makes look like one."""
    if declared is not None and assets.is_packed(name):
        notes.append(f"{name} is passed over: it is packed, and no archive that the scripts unpack")
    if not assets.is_artifact(name):
        return False
    if declared is None or declared.os is None or declared.os in targets.SERVED:
        return True
    notes.append(f"{name} is passed over: the scripts do not serve {declared.os}")
    return False


def _artifact(entry: _Entry, wish: measured.Wish, asked: Asked, notes: list[str], *, lenient: bool) -> Artifact | None:
    if entry.path is None:
        return _unmeasured(entry, wish, asked, notes)
    from elfin.flows import installer_read

    found = installer_read.read(entry.path, entry.name)
    if found is None or not found.code:
        if entry.declared is not None:
            what = "there is no machine code in it" if found else "it is neither an archive nor a program"
            raise MalformedRelease(f"{entry.name} is named like a release file, but {what}")
        if lenient:
            notes.append(f"{entry.name} is passed over: there is no program in it")
            return None
        raise MalformedRelease(f"there is no program in {entry.name}")
    if entry.sha256 is not None and entry.sha256 != found.sha256:
        raise MalformedRelease(
            f"{entry.name} has not the checksum that the list says", hints=(f"it has {found.sha256}",)
        )
    made = measured.artifact(found, entry.declared, wish)
    notes += noted.of_file(found, entry.declared, made, wish.app, wish.layout.kind)
    return made


def _unmeasured(entry: _Entry, wish: measured.Wish, asked: Asked, notes: list[str]) -> Artifact | None:
    """An artifact known by its name alone."""
    declared = entry.declared
    target = targets.triple_of(declared) if declared is not None else None
    if declared is None or target is None:
        notes.append(f"{entry.name} is passed over: its name does not tell system and machine")
        return None
    if entry.sha256 is None:
        raise MalformedRelease(
            f"{entry.name} has no checksum in the list and does not lie beside it",
            hints=("scripts install nothing without one: `sha256sum FILES > list` makes such a list",),
        )
    ending = ".exe" if declared.os == "windows" else ""
    format_ = targets.format_of(entry.name)
    given = [(f"{name}{ending}", "") for name in asked.programs or (wish.app,)]
    if format_ == "binary":
        programs = [Program(given[0][0], "")]
    elif entry.programs and not asked.programs:
        programs = [Program(path.rpartition("/")[2], path) for path in entry.programs]
    else:
        programs = [Program(name, assets.member(asked.inside, entry.name, name)) for name, _ in given]
    top = measured.top_folder([program.member for program in programs]) if format_ != "binary" else ""
    made = Artifact(
        entry.name, target, format_, 0, entry.sha256, top, tuple(programs), targets.needs_of(declared), None, (),
        ("its name, nothing else",), False,
    )  # fmt: skip
    floor = wish.floors.get(made.name) or wish.floors.get(made.target)
    return made if floor is None else measured.stated(made, floor, (), allow_missing=wish.allow_missing)


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_LIST + 1)
    except OSError as error:
        raise disk.place_error(error, path) from error
    if len(data) > _LARGEST_LIST or b"\0" in data:
        raise UsageError(
            f"{path} is no list of release files", hints=("give the folder that the release files lie in",)
        )
    return data.decode("utf-8", "replace")


def _write(out: str, release: Release) -> tuple[str, ...]:
    """The four files, all made before the first is put in its place; release.json comes last."""
    from hashlib import sha256

    from elfin.installers import powershell, shell

    texts = {
        "install.sh": shell.script(release),
        "install.ps1": powershell.script(release),
        "release.json": manifest.dumps(release),
    }
    contents = {name: text.encode() for name, text in texts.items()}
    sums = {one.name: one.sha256 for one in release.artifacts}
    sums |= {name: sha256(data).hexdigest() for name, data in contents.items()}
    contents["SHA256SUMS"] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    disk.make_folder(out)
    order = ("install.sh", "install.ps1", "SHA256SUMS", "release.json")
    with disk.staging(out) as staged:
        for name in order:
            disk.create(os.path.join(staged, name), contents[name], mode=0o755 if name == "install.sh" else 0o644)
        for name in order:
            if os.path.isdir(os.path.join(out, name)):
                raise PlaceError(f"{os.path.join(out, name)} is a folder")
        for name in order:
            disk.rename(os.path.join(staged, name), os.path.join(out, name))
    return tuple(os.path.join(out, name) for name in order)
