"""`elfin python list [REQUEST]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin, platform


def run(arguments: list[str], program: str) -> int:
    """Print the Pythons there are; 0."""
    parser = Parser(program, "List the Pythons that are installed, on PATH, and to be had.")
    parser.add_argument("request", nargs="?", help="only those (3.12, '>=3.11', 3.13t, pypy)")
    parser.add_argument("--all-versions", action="store_true", help="every patch version that can be had")
    parser.add_argument("--all-platforms", action="store_true", help="those for every platform")
    parser.add_argument("--only-installed", action="store_true", help="nothing that would have to be downloaded")
    parser.add_argument("--show-urls", action="store_true", help="where downloads come from")
    parser.add_argument(
        "--platform", metavar="PLACE", action="append", help="what can be had for another place (alpine:3.20/arm64)"
    )
    parser.add_argument("-i", "--install-dir", metavar="DIR", help="the installed ones are those in this folder")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.flows import python_list

    rows = python_list.rows(
        context,
        options.request,
        platform=platform(options),
        all_versions=options.all_versions,
        all_platforms=options.all_platforms,
        only_installed=options.only_installed,
    )
    if options.json:
        import json

        context.output(json.dumps(show.as_json(rows), indent=2))
    else:
        context.output(show.listing(rows, context.environ.get("HOME"), urls=options.show_urls))
    return 0
