"""`elfin pip list`: what is installed."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, where


def run(arguments: list[str], program: str) -> int:
    """Print the list; 0."""
    parser = group.Parser(program, "List what is installed.")
    parser.add_argument("--format", choices=("columns", "freeze", "json"), default="columns")
    parser.add_argument("-e", "--editable", action="store_true", help="editable ones only")
    parser.add_argument("--exclude-editable", action="store_true", help="leave editable ones out")
    parser.add_argument("--exclude", metavar="NAME", action="append", default=[], help="leave this one out")
    group.add_target_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import installed as show
    from elfin.flows import inspect

    rows = inspect.listing(
        context,
        where(options),
        editable=True if options.editable else False if options.exclude_editable else None,
        exclude=options.exclude,
    )
    context.output(show.table(rows, options.format))
    return 0
