"""`elfin pip sync`: make an environment hold exactly what files list."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, requests, where


def run(arguments: list[str], program: str) -> int:
    """Install, replace and remove; 0."""
    parser = group.Parser(program, "Make an environment hold exactly what the files list, nothing else.")
    parser.add_argument(
        "requirement", nargs="+", metavar="FILE", help="requirements with pins, as `pip compile` writes"
    )
    parser.add_argument(
        "-c", "--constraint", "--constraints", metavar="FILE", action="append", default=[], help="bounds on versions"
    )
    parser.add_argument("--reinstall", "--force-reinstall", action="store_true", help="replace what is there already")
    parser.add_argument("--dry-run", action="store_true", help="tell, but change nothing")
    parser.add_argument("--require-hashes", action="store_true", help="refuse what has no hash")
    parser.add_argument(
        "--allow-empty-requirements", action="store_true", help="empty the environment if the files are empty"
    )
    group.add_audit_option(parser)
    group.add_target_options(parser)
    group.add_place_options(parser, "take wheels for this place, into --target or --prefix")
    group.add_link_options(parser)
    group.add_index_options(parser)
    group.add_accepted_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import changes as show
    from elfin.flows import sync

    outcome = sync.sync(
        context,
        requests(options),
        where(options),
        reinstall=options.reinstall,
        dry_run=options.dry_run,
        allow_empty=options.allow_empty_requirements,
    )
    show.tell(context, outcome)
    return 0
