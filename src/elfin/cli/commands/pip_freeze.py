"""`elfin pip freeze`: what is installed, as requirements."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, where


def run(arguments: list[str], program: str) -> int:
    """Print the lines; 0."""
    parser = group.Parser(program, "List what is installed, as requirements.")
    parser.add_argument("--exclude-editable", action="store_true", help="leave editable ones out")
    parser.add_argument("--exclude", metavar="NAME", action="append", default=[], help="leave this one out")
    group.add_target_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import installed as show
    from elfin.flows import inspect

    editable = False if options.exclude_editable else None
    context.output(show.frozen(inspect.listing(context, where(options), editable=editable, exclude=options.exclude)))
    return 0
