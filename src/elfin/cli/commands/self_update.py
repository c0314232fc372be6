"""`elfin self update`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Replace elfin by its newest version, or a named one; 0."""
    parser = Parser(
        program, "Update an elfin that its own installer installed (install.sh): the new one is tried first."
    )
    parser.add_argument("--version", metavar="V", help="this version, be it older (default: the newest)")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import selves
    from elfin.flows import self_update

    context.tell(selves.updated(self_update.update(context, options.version)))
    return 0
