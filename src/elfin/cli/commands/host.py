"""`elfin host`: what this machine is."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the machine; 0."""
    parser = Parser(program, "Show what this machine is: OS, architecture, every libc, CPU level, elfin's own Python.")
    parser.add_argument("--why", action="store_true", help="also the file and field each fact was read from")
    parser.add_argument("--json", action="store_true", help="one JSON object with a `schema` number")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import host as show
    from elfin.flows import host

    place, interpreter = host.this_machine(context)
    if options.json:
        import json

        print(json.dumps(show.as_json(place, interpreter), indent=2))
    else:
        print(show.report(place, interpreter, options.why))
    return 0
