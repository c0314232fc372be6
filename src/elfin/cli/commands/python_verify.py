"""`elfin python verify [REQUEST...]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Check every file of installed Pythons, and run each; 1 when one is not what was installed."""
    parser = Parser(program, "Check that installed Pythons are what was installed, and that they still run.")
    parser.add_argument("request", nargs="*", help="only these")
    parser.add_argument("-i", "--install-dir", metavar="DIR", help="those in this folder")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.flows import python_remove

    checks = python_remove.verify(context, options.request)
    context.output(show.checked(checks))
    return 1 if any(check.faults for check in checks) else 0
