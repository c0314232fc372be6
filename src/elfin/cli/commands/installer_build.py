"""`elfin installer build`: release files -> install scripts that choose one that runs, and what they leave out."""

from __future__ import annotations

import re

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin
from elfin.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from elfin.installers.measured import Floor
    from elfin.installers.model import Layout

_DESCRIPTION = (
    "Read the archives and bare programs of a release, measure what each needs, and write install.sh, install.ps1, "
    "release.json and SHA256SUMS. Tells the places that no file serves."
)


def run(arguments: list[str], program: str) -> int:
    """Write the scripts and print what they choose from; 0."""
    parser = Parser(program, _DESCRIPTION)
    parser.add_argument(
        "source", metavar="DIR|MANIFEST",
        help="a folder of release files, a dist-manifest.json, a list of `SHA256  NAME` lines, or a release.json",
    )  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", help="the folder that the scripts go into")
    parser.add_argument("--name", metavar="APP", help="what is installed (default: what the file names begin with)")
    parser.add_argument("--version", metavar="VERSION", help="its version (default: read from the file names)")
    parser.add_argument(
        "--base-url", metavar="URL", action="append", default=[],
        help="the folder that the files are hosted in, {version} in it is filled in; may be repeated: tried in order",
    )  # fmt: skip
    parser.add_argument("--homepage", metavar="URL", help="printed where nothing fits")
    parser.add_argument(
        "--probe", metavar="ARGUMENTS",
        help="how the new program is tried before it replaces the old one (default: --version; '': only started)",
    )  # fmt: skip
    parser.add_argument(
        "--layout", choices=("programs", "tree"), default=None,
        help="install the programs alone, or the whole archive with links to some of it",
    )  # fmt: skip
    parser.add_argument(
        "--link", metavar="PATH", action="append", default=[],
        help="of a tree: what to link into the folder for programs, below the archive's top folder; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--install-dir", metavar="DIR", action="append", default=[],
        help="folders for programs, the first whose variable is set is taken: '$HOME/.local/bin'",
    )  # fmt: skip
    floors = parser.add_argument_group("floors")
    floors.add_argument(
        "--floor", metavar="TARGET=LIBC:VERSION", action="append", default=[],
        help="the oldest libc for a target instead of the measured one: x86_64-unknown-linux-gnu=glibc:2.28",
    )  # fmt: skip
    floors.add_argument(
        "--allow-missing-symbols", action="store_true", help="also below the measured floor, where symbols are missing"
    )
    unseen = parser.add_argument_group("files that are listed and not there")
    unseen.add_argument(
        "--program", metavar="NAME", action="append", default=[], help="the programs in them (default: the app's name)"
    )
    unseen.add_argument(
        "--inside", metavar="PATTERN", default="", help="where those lie: '{stem}/{program}', as in cargo-dist's tars"
    )
    parser.add_argument("--json", action="store_true", help="print release, holes and notes as JSON")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    if not options.output:
        raise UsageError("nothing says where the scripts go", hints=("-o OUT names the folder",))
    probe, layout, given = _words(options.probe), _layout(options), _floors(options.floor)
    _check(options, probe or ())
    context = begin(options)
    from elfin.cli.show import installer as show
    from elfin.flows import installer_build

    built = installer_build.build(
        context,
        installer_build.Asked(
            source=options.source,
            out=options.output,
            name=options.name,
            version=options.version,
            base_urls=tuple(options.base_url),
            probe=probe,
            layout=layout,
            floors=given,
            allow_missing=options.allow_missing_symbols,
            homepage=options.homepage,
            install_dirs=tuple(options.install_dir),
            programs=tuple(options.program),
            inside=options.inside,
        ),
    )
    if options.json:
        import json

        context.output(json.dumps(show.built_as_json(built), indent=2))
    else:
        context.output(show.built(built))
    return 0


def _words(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    import shlex

    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"--probe {text!r} has a quote without end") from error


def _check(options: Namespace, probe: Sequence[str]) -> None:
    """Every value against the grammar of what becomes of it in the scripts. Raises UsageError."""
    from elfin.installers import assets, manifest

    inside = [assets.member(options.inside, "stem.tar", "program")] if options.inside else []
    for option, field, texts in (
        ("--name", "app", [options.name] if options.name else []),
        ("--version", "version", [options.version] if options.version else []),
        ("--base-url", "base URL", [url.rstrip("/") or url for url in options.base_url]),
        ("--homepage", "homepage", [options.homepage] if options.homepage else []),
        ("--probe", "argument of the probe", probe),
        ("--link", "path in the archive", [link.strip("/") for link in options.link]),
        ("--link", "program name", [link.strip("/").rpartition("/")[2] for link in options.link]),
        ("--install-dir", "folder for programs", options.install_dir),
        ("--program", "program name", options.program),
        ("--inside", "path in the archive", inside),
    ):
        for text in texts:
            if not manifest.fits(field, text):
                raise UsageError(f"{option}: {manifest.misfit(field, text)}", hints=(manifest.GRAMMAR[field][1],))


def _layout(options: Namespace) -> Layout | None:
    if options.layout is None and not options.link:
        return None
    from elfin.installers.model import Layout

    if options.layout == "programs" and options.link:
        raise UsageError("--link is for --layout tree", hints=("leave one of them out",))
    if options.layout == "tree" and not options.link:
        raise UsageError("a tree needs a link to be found by", hints=("--link bin/hello says one",))
    return Layout("tree" if options.link else "programs", tuple(link.strip("/") for link in options.link))


def _floors(given: Sequence[str]) -> dict[str, Floor]:
    from elfin.installers.measured import Floor

    found: dict[str, Floor] = {}
    for text in given:
        match = re.fullmatch(r"([^=]+)=(glibc|gnu|musl):(\d{1,3}(?:\.\d{1,3}){1,2})", text, re.ASCII)
        if match is None:
            raise UsageError(f"--floor {text} is no floor", hints=("write x86_64-unknown-linux-gnu=glibc:2.28",))
        if match[1] in found:
            raise UsageError(f"{match[1]} is given two floors")
        family = "musl" if match[2] == "musl" else "glibc"
        found[match[1]] = Floor(family, tuple(map(int, match[3].split("."))))
    return found
