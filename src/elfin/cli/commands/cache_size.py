"""`elfin cache size`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin, show_size


def run(arguments: list[str], program: str) -> int:
    """Print how much the cache holds; 0."""
    parser = Parser(program, "Print how much the cache holds.")
    parser.add_argument("--bytes", action="store_true", help="the plain number of bytes")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.flows import cache

    size, files = cache.size(context.cache)
    print(size if options.bytes else f"{show_size(size)} in {files} files, {context.cache}")
    return 0
