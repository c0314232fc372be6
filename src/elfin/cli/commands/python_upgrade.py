"""`elfin python upgrade [REQUEST...]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Install newer ones of the same minor versions; 0."""
    parser = Parser(program, "Install the newest patch version of each Python that elfin installed.")
    parser.add_argument("request", nargs="*", help="only of these (3.12)")
    parser.add_argument("--mirror", metavar="URL|DIR", action="append", help="the only place to get archives from")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.flows import python_remove

    context.tell(show.upgraded(python_remove.upgrade(context, options.request)))
    return 0
