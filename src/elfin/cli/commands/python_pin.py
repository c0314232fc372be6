"""`elfin python pin [REQUEST]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Show, write or remove `.python-version`; 0."""
    parser = Parser(program, "Show or write the folder's .python-version, which `venv` and `run` follow.")
    parser.add_argument("request", nargs="?", help="what to pin; without it, what is pinned is printed")
    parser.add_argument("--resolved", action="store_true", help="write the path of the Python that is found")
    parser.add_argument("--rm", action="store_true", help="remove the pin")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.edges.terminal import safe
    from elfin.flows import python_pin

    if options.rm:
        context.tell(f"Removed {safe(python_pin.remove(context))}")
    elif options.request is None:
        context.output(safe(python_pin.shown(context)[0]))
    else:
        word, before, path = python_pin.pin(context, options.request, resolved=options.resolved)
        was = f" (was {safe(before)})" if before and before != word else ""
        context.tell(f"Pinned {safe(path)} to {safe(word)}{was}")
    return 0
