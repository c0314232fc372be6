"""`elfin cache clean`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin, show_size


def run(arguments: list[str], program: str) -> int:
    """Empty the cache; 0."""
    parser = Parser(program, "Empty the cache.")

    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.flows import cache

    removed, files = cache.clean(context.cache)
    context.tell(f"Removed {show_size(removed)} in {files} files from {context.cache}")
    return 0
