"""`elfin host [PLACE]`: what this machine, a folder, an image, an interpreter or a name is."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the place; 0."""
    parser = Parser(program, "Show what a place is: OS, architecture, libcs, CPU level, Pythons.")
    text = (
        "this machine if left out; else root:DIR, image:FILE[@linux/arm64], python:PATH, or a name "
        "(debian:12/arm64, manylinux_2_28_x86_64, aarch64-unknown-linux-musl)"
    )
    parser.add_argument("place", metavar="PLACE", nargs="?", help=text)
    parser.add_argument("--root", metavar="DIR", help="the same as root:DIR")
    parser.add_argument("--why", action="store_true", help="also the file and field each fact was read from")
    parser.add_argument("--json", action="store_true", help="one JSON object with a `schema` number")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    if options.root is not None and options.place is not None:
        parser.error(f"--root {options.root} and {options.place} are two places")
    place = options.place if options.root is None else f"root:{options.root}"
    context = begin(options)
    from elfin.cli.show import host as show
    from elfin.flows import host

    about = host.about(context, place, full=options.why or options.json)
    if options.json:
        import json

        print(json.dumps(show.as_json(about), indent=2))
    else:
        print(show.report(about, options.why))
    return 0
