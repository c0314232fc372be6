"""release.json: text <-> `Release`, strict both ways. The schema is told in docs/installers.md.

Everything in it ends up in scripts that strangers pipe into a shell, so each text has a grammar, and what breaks it is
refused with MalformedRelease, whether it comes from a file or from a caller. Also refused: another schema, unknown and
missing keys, keys that are there twice, and artifacts, programs or links that name one thing twice.
"""

from __future__ import annotations

import json
import re

from elfin.errors import MalformedRelease
from elfin.formats.urltext import redacted
from elfin.host import arch as arches
from elfin.host.model import Needs, dotted
from elfin.installers import target as targets
from elfin.installers.model import Artifact, Layout, Program, Release
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

SCHEMA: Final = 1
LARGEST: Final = 8 << 20

_SEGMENT = r"[A-Za-z0-9_+=@~.,][A-Za-z0-9_+=@~., -]{0,200}"
_PATH = rf"{_SEGMENT}(?:/{_SEGMENT})*"
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_URL_PATH = r"(?:/(?:[A-Za-z0-9._~%+@=,:!-]|\{version\})+)*"
# field -> (its grammar, the same in words)
GRAMMAR: Final = {
    "app": (r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, `.`, `_`, `-`, and no more than 64 of them"),
    "version": (r"[A-Za-z0-9][A-Za-z0-9.+!_-]{0,63}", "letters, digits, `.`, `+`, `!`, `_`, `-`, 64 at most"),
    "artifact name": (r"[A-Za-z0-9][A-Za-z0-9._+~@-]{0,199}", "letters, digits, `.`, `_`, `+`, `~`, `@`, `-`"),
    "base URL": (
        rf"(?:https?://{_HOST}|file://|(?=/)){_URL_PATH}",
        "https://HOST/PATH, file:///PATH or /PATH, without user name, query and characters that shells know",
    ),
    "folder for programs": (
        r"(?:\$[A-Z_][A-Z0-9_]{0,63}(?:/\.\.)?|(?=/))(?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_. +-]{0,99})*",
        "$VARIABLE/PATH, $VARIABLE/../PATH or /PATH of letters, digits and ` `, `.`, `_`, `+`, `-`",
    ),
    "argument of the probe": (r"[ !#%&()*+,./0-9:;<=>?@A-Z\[\]^_a-z{|}~-]{0,200}",
                              "printable ASCII without quotes, `$`, `\\` and backticks"),
    "homepage": (rf"https?://{_HOST}(?:/[A-Za-z0-9._~%+@=,:!?&#/-]*)?", "https://HOST/PATH"),
    "sha256": (r"[0-9a-f]{64}", "64 lower-case hexadecimal digits"),
    "top folder": (_SEGMENT, "one name of letters, digits and ` `, `.`, `,`, `_`, `+`, `=`, `@`, `~`, `-`"),
    "path in the archive": (_PATH, "names of letters, digits and ` `, `.`, `,`, `_`, `+`, `=`, `@`, `~`, `-`"),
    "program name": (r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}", "letters, digits, `.`, `_`, `+`, `-`"),
    "loader": (r"/[A-Za-z0-9._+/-]{1,250}", "an absolute path"),
    "library": (r"[A-Za-z0-9_./@$][A-Za-z0-9_./+@~-]{0,250}", "a library's name"),
    "witness": (r"[ -~]{1,400}", "printable ASCII"),
    "libc": ("glibc|musl|uclibc", "glibc, musl or uclibc"),
    "float ABI": ("hard|soft|single|double", "hard or soft"),
    "system": ("|".join(targets.SERVED), ", ".join(targets.SERVED)),
    "format": ("|".join(map(re.escape, targets.KINDS)), ", ".join(targets.KINDS)),
    "layout": ("programs|tree", "programs or tree"),
    "libc version": (r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}", "numbers between points"),
}  # fmt: skip
_TARGET = ("a target triple", "x86_64-unknown-linux-musl and its like")


def variable(app: str) -> str:
    """What the names of an app's environment variables begin with: "my-app" -> "MY_APP", "7z" -> "_7Z"."""
    name = re.sub(r"[^A-Z0-9]", "_", app.upper())
    return f"_{name}" if name[0].isdigit() else name


def fits(field: str, text: str) -> bool:
    """Whether a text keeps to the grammar of a field (a key of `GRAMMAR`) and leads out of nothing."""
    if re.fullmatch(GRAMMAR[field][0], text, re.ASCII) is None:
        return False
    if field in ("base URL", "path in the archive", "top folder", "loader"):
        return not any(part in (".", "..") for part in text.split("/"))
    return True


def misfit(field: str, text: str) -> str:
    """A clause about a text that does not fit, without the secrets that it may hold."""
    return f"{redacted(text)[:80]!a} cannot be {'an' if field[0] in 'aeiou' else 'a'} {field}"


def dumps(release: Release) -> str:
    """The text of release.json, ending in a newline. Raises MalformedRelease for values that break the grammar."""
    check(release)
    return json.dumps(_object(release), indent=2, ensure_ascii=True) + "\n"


def loads(text: str) -> Release:
    """The release that a text tells of. Raises MalformedRelease."""
    if len(text) > LARGEST:
        raise MalformedRelease("release.json is impossibly large")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedRelease("release.json is no JSON") from error
    if isinstance(value, dict) and value.get("schema") != SCHEMA:
        hint = "a newer elfin may have made it" if isinstance(value.get("schema"), int) else "elfin did not make it"
        raise MalformedRelease(f"release.json has no schema {SCHEMA}", hints=(hint,))
    found = _release(value)
    check(found)
    return found


def check(release: Release) -> None:
    """Every text against its grammar, every name once. Raises MalformedRelease."""
    _fit("app", release.app)
    _fit("version", release.version)
    for field, texts in (
        ("base URL", release.base_urls),
        ("argument of the probe", release.probe),
        ("folder for programs", release.install_dirs),
    ):
        for text in texts:
            _fit(field, text)
    if release.homepage:
        _fit("homepage", release.homepage)
    _check_layout(release.layout)
    if not release.artifacts:
        raise MalformedRelease("the release has no artifact")
    if len(release.artifacts) > 500 or max(map(len, (release.base_urls, release.probe, release.install_dirs))) > 50:
        raise MalformedRelease("the release has impossibly many parts")
    _once_each("artifact", [one.name for one in release.artifacts])
    for artifact in release.artifacts:
        _check_artifact(artifact)


def _check_layout(layout: Layout) -> None:
    _fit("layout", layout.kind)
    for link in layout.links:
        _fit("path in the archive", link)
        _fit("program name", link.rpartition("/")[2])
    _once_each("link", [link.rpartition("/")[2] for link in layout.links])
    if (layout.kind == "tree") != bool(layout.links):
        raise MalformedRelease(f"layout {layout.kind} has {'' if layout.links else 'no '}links")


def _check_artifact(one: Artifact) -> None:
    _fit("artifact name", one.name)
    _fit("format", one.format, one.name)
    _fit("sha256", one.sha256, one.name)
    if targets.parse(one.target) is None or not re.fullmatch(r"[a-z0-9_.-]{1,64}", one.target, re.ASCII):
        raise MalformedRelease(f"target {one.target[:80]!a} is not {_TARGET[0]}", hints=(_TARGET[1],))
    if not 0 <= one.size < 1 << 53:
        raise MalformedRelease(f"the size of {one.name} is impossible")
    if one.top:
        _fit("top folder", one.top, one.name)
    if not one.programs or len(one.programs) > 200 or not 0 < len(one.needs) <= 8:
        raise MalformedRelease(f"{one.name} has no program, no needs, or impossibly many")
    for program in one.programs:
        _fit("program name", program.name, one.name)
        if program.member or one.format != "binary":
            _fit("path in the archive", program.member, one.name)
    if one.format == "binary" and (one.top or len(one.programs) > 1 or one.programs[0].member):
        raise MalformedRelease(f"{one.name} is a bare binary and has members")
    _once_each("program", [program.name for program in one.programs])
    for needs in one.needs:
        _check_needs(one.name, needs)
    if one.loader is not None:
        _fit("loader", one.loader, one.name)
    for field, texts in (("library", one.libraries), ("witness", one.witnesses)):
        if len(texts) > 500:
            raise MalformedRelease(f"{one.name} has impossibly many texts")
        for text in texts:
            _fit(field, text, one.name)
    _check_version(one.name, one.stated)


def _check_needs(name: str, needs: Needs) -> None:
    if needs.os is None or needs.arch is None:
        raise MalformedRelease(f"{name} names no system or no machine")
    _fit("system", needs.os)
    if needs.arch not in arches.TAGGED:
        raise MalformedRelease(f"{name} is for {needs.arch[:80]!a}, a machine that is not known")
    if needs.libc is not None:
        _fit("libc", needs.libc)
    if needs.float_abi is not None:
        _fit("float ABI", needs.float_abi)
    if (needs.libc is not None and needs.os != "linux") or (needs.libc is None and needs.libc_floor is not None):
        raise MalformedRelease(f"{name} asks for a libc where there is none")
    if needs.cpu_level is not None and not 1 <= needs.cpu_level <= 4:
        raise MalformedRelease(f"{name} asks for a CPU level that does not exist")
    _check_version(name, needs.libc_floor)
    _check_version(name, needs.os_floor)


def _check_version(name: str, version: tuple[int, ...] | None) -> None:
    if version is not None and not (0 < len(version) <= 4 and all(0 <= part < 10000 for part in version)):
        raise MalformedRelease(f"{name} asks for a version that cannot be")


def _fit(field: str, text: str, artifact: str = "") -> None:
    """`artifact`: whose text it is, "" for one of the release itself."""
    if not fits(field, text):
        whose = f"{artifact}: " if artifact else ""
        raise MalformedRelease(whose + misfit(field, text), hints=(GRAMMAR[field][1],))


def _once_each(what: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise MalformedRelease(f"there are two {what}s named {name}")
        seen.add(name.lower())


def _object(release: Release) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "app": release.app,
        "version": release.version,
        "base_urls": list(release.base_urls),
        "layout": {"kind": release.layout.kind, "links": list(release.layout.links)},
        "probe": list(release.probe),
        "install_dirs": list(release.install_dirs),
        "homepage": release.homepage,
        "artifacts": [_artifact_object(one) for one in release.artifacts],
    }


def _artifact_object(one: Artifact) -> dict[str, Any]:
    return {
        "name": one.name,
        "target": one.target,
        "format": one.format,
        "size": one.size,
        "sha256": one.sha256,
        "top": one.top,
        "programs": [{"name": program.name, "member": program.member} for program in one.programs],
        "needs": [_needs_object(needs) for needs in one.needs],
        "loader": one.loader,
        "libraries": list(one.libraries),
        "witnesses": list(one.witnesses),
        "measured": one.measured,
        "stated": _dotted(one.stated),
    }


def _needs_object(needs: Needs) -> dict[str, Any]:
    return {
        "os": needs.os,
        "arch": needs.arch,
        "float_abi": needs.float_abi,
        "libc": needs.libc,
        "libc_floor": _dotted(needs.libc_floor),
        "cpu_level": needs.cpu_level,
        "os_floor": _dotted(needs.os_floor),
    }


def _dotted(version: tuple[int, ...] | None) -> str | None:
    return None if version is None else dotted(version)


def _release(value: object) -> Release:
    fields = _fields(value, "schema app version base_urls layout probe install_dirs homepage artifacts", "a release")
    layout = _fields(fields["layout"], "kind links", "a layout")
    return Release(
        app=_text(fields["app"], "app"),
        version=_text(fields["version"], "version"),
        base_urls=_texts(fields["base_urls"], "base_urls"),
        artifacts=tuple(_artifact(one) for one in _list(fields["artifacts"], "artifacts")),
        layout=Layout(_text(layout["kind"], "kind"), _texts(layout["links"], "links")),
        probe=_texts(fields["probe"], "probe"),
        install_dirs=_texts(fields["install_dirs"], "install_dirs"),
        homepage=_text(fields["homepage"], "homepage"),
    )


def _artifact(value: object) -> Artifact:
    keys = "name target format size sha256 top programs needs loader libraries witnesses measured stated"
    fields = _fields(value, keys, "an artifact")
    if not isinstance(fields["measured"], bool):
        raise MalformedRelease("`measured` is neither true nor false")
    return Artifact(
        name=_text(fields["name"], "name"),
        target=_text(fields["target"], "target"),
        format=_text(fields["format"], "format"),
        size=_number(fields["size"], "size"),
        sha256=_text(fields["sha256"], "sha256"),
        top=_text(fields["top"], "top"),
        programs=tuple(_program(one) for one in _list(fields["programs"], "programs")),
        needs=tuple(_needs(one) for one in _list(fields["needs"], "needs")),
        loader=_text_or_none(fields["loader"], "loader"),
        libraries=_texts(fields["libraries"], "libraries"),
        witnesses=_texts(fields["witnesses"], "witnesses"),
        measured=fields["measured"],
        stated=_version(fields["stated"], "stated"),
    )


def _program(value: object) -> Program:
    fields = _fields(value, "name member", "a program")
    return Program(_text(fields["name"], "name"), _text(fields["member"], "member"))


def _needs(value: object) -> Needs:
    fields = _fields(value, "os arch float_abi libc libc_floor cpu_level os_floor", "a need")
    level = fields["cpu_level"]
    return Needs(
        os=_text(fields["os"], "os"),
        arch=_text(fields["arch"], "arch"),
        float_abi=_text_or_none(fields["float_abi"], "float_abi"),
        libc=_text_or_none(fields["libc"], "libc"),
        libc_floor=_version(fields["libc_floor"], "libc_floor"),
        cpu_level=None if level is None else _number(level, "cpu_level"),
        os_floor=_version(fields["os_floor"], "os_floor"),
    )


def _fields(value: object, keys: str, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedRelease(f"{what} is no JSON object")
    wanted = keys.split()
    for key in (*(key for key in value if key not in wanted), *(key for key in wanted if key not in value)):
        raise MalformedRelease(f"{what} has {'no' if key in wanted else 'an unknown'} key {key[:80]!a}")
    return value


def _list(value: object, key: str) -> list[object]:
    if not isinstance(value, list):
        raise MalformedRelease(f"`{key}` is no list")
    return value


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise MalformedRelease(f"`{key}` is no text")
    return value


def _text_or_none(value: object, key: str) -> str | None:
    return None if value is None else _text(value, key)


def _texts(value: object, key: str) -> tuple[str, ...]:
    return tuple(_text(one, key) for one in _list(value, key))


def _number(value: object, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedRelease(f"`{key}` is no number")
    return value


def _version(value: object, key: str) -> tuple[int, ...] | None:
    if value is None:
        return None
    text = _text(value, key)
    _fit("libc version", text)
    return tuple(map(int, text.split(".")))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRelease("release.json has a key twice")
    return found


def _no_constant(name: str) -> None:
    raise MalformedRelease(f"release.json has a number that is none: {name}")
