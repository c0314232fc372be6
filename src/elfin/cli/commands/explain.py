"""`elfin explain`: which wheels fit a place, and why the others do not."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the answer; 0 when every place has a wheel that fits, else 1."""
    parser = group.Parser(
        program, "Tell which wheels of a project fit a place, why the others do not, and what would help."
    )
    parser.add_argument("subject", metavar="PROJECT|WHEEL", help="numpy, numpy==2.3.2, or a wheel's path or file name")
    parser.add_argument(
        "--platform", "--python-platform", metavar="PLACE", action="append", default=[], dest="platforms",
        help="in this place (debian:8, alpine:3.20/arm64, win_amd64, root:DIR, ...); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "-p", "--python", "--python-version", metavar="PYTHON", help="for this Python: 3.13, 3.13t, pypy3.11, a path"
    )
    parser.add_argument("--all", action="store_true", help="a line for every wheel")
    parser.add_argument("--json", action="store_true", help="one JSON object with a `schema` number")
    group.add_index_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import explain as show
    from elfin.flows import explain

    found = explain.explained(context, options.subject, options.platforms, options.python)
    if options.json:
        import json

        context.output(json.dumps(show.as_json(found), indent=2))
    else:
        context.output(show.report(found, every=options.all, words=not options.quiet))
    return 0 if all(answer.fitting for answer in found.answers) else 1
