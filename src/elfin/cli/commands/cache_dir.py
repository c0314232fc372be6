"""`elfin cache dir`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the cache folder; 0."""
    parser = Parser(program, "Print the cache folder.")

    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    print(context.cache)
    return 0
