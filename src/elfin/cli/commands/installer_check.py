"""`elfin installer check`: which file of a release each place would get, and why not another."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin

_DESCRIPTION = (
    "Tell which file of a release the install scripts take in each place, what they try after it, and why the others "
    "are refused. Without a place: the places that no file serves."
)


def run(arguments: list[str], program: str) -> int:
    """Print the choices; 0, or 1 where a place gets nothing."""
    parser = Parser(program, _DESCRIPTION)
    parser.add_argument("out", metavar="OUT", help="the folder that `elfin installer build` wrote, or its release.json")
    parser.add_argument(
        "--platform", metavar="PLACE", action="append", default=[], dest="platforms",
        help="host, alpine:3.20/arm64, rhel:8, x86_64-unknown-linux-gnu.2.17, root:DIR, ...; may be repeated",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import installer as show
    from elfin.flows import installer_check

    checked = installer_check.check(context, options.out, options.platforms)
    if options.json:
        import json

        context.output(json.dumps(show.checked_as_json(checked), indent=2))
    else:
        context.output(show.checked(checked, verbose=context.settings.verbosity.value > 0))
    return 1 if any(not one.choice.tried for one in checked.places) else 0
