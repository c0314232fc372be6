"""`elfin tags`: the wheel tags that a place takes."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the tags, best first; 0."""
    parser = Parser(program, "List the wheel tags that a place takes, best first, one a line.")
    parser.add_argument(
        "--platform", "--python-platform", metavar="PLACE", action="append", default=[], dest="platforms",
        help="for this place (alpine:3.20/arm64, manylinux_2_28_x86_64, root:DIR, ...); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "-p", "--python", "--python-version", metavar="PYTHON", help="for this Python: 3.13, 3.13t, pypy3.11, a path"
    )
    parser.add_argument("--linux-last", action="store_true", help="linux_* behind the others, as uv and old pips rank")
    parser.add_argument("--json", action="store_true", help="one JSON object with a `schema` number")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import tags as show
    from elfin.flows import tags

    answers = tags.taken(context, tuple(options.platforms), options.python, linux_last=options.linux_last)
    if options.json:
        import json

        context.output(json.dumps(show.as_json(answers), indent=2))
        return 0
    for answer in answers:
        for line in show.understood(answer):
            context.tell(line)
    context.output(show.listing(answers))
    return 0
