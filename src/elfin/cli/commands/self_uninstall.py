"""`elfin self uninstall`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Remove elfin; 0."""
    parser = Parser(program, "Remove an elfin that its own installer installed (install.sh). Pythons and cache stay.")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    import elfin.cli.report  # noqa: F401 - errors are to be told even when elfin's own code is gone
    from elfin.cli.show import selves
    from elfin.flows import self_uninstall

    context.tell(selves.uninstalled(self_uninstall.uninstall(context)))
    return 0
