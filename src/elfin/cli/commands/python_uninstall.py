"""`elfin python uninstall REQUEST...`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Remove them; 0."""
    parser = Parser(program, "Remove Pythons that elfin installed.")
    parser.add_argument("request", nargs="*", help="a version, or a whole name as `elfin python list` shows it")
    parser.add_argument("--all", action="store_true", help="every one")
    parser.add_argument("-i", "--install-dir", metavar="DIR", help="those in this folder")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.flows import python_remove

    context.tell(show.removed(python_remove.uninstall(context, options.request, every=options.all)))
    return 0
