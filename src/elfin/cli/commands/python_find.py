"""`elfin python find [REQUEST]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the path of the Python that would be used; 0."""
    parser = Parser(program, "Print the path of the Python that a request means here. Downloads nothing.")
    parser.add_argument("request", nargs="?", help="a version (3.12), a range, a name or a path")
    parser.add_argument("--system", action="store_true", help="pass over the environment around")
    parser.add_argument("--show-version", action="store_true", help="the version instead of the path")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.flows import python_find

    found = python_find.located(context, options.request, inside=not options.system, fetch=False)
    context.output(found.version if options.show_version else found.executable)
    return 0
