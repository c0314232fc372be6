"""`elfin pip install`: install packages into an environment."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, requests, where


def run(arguments: list[str], program: str) -> int:
    """Install; 0."""
    parser = group.Parser(program, "Install packages into an environment.")
    parser.add_argument("package", nargs="*", help="a requirement (`flask>=3`), a wheel's path or URL")
    group.add_requirement_options(parser)
    parser.add_argument(
        "-e", "--editable", metavar="PATH", action="append", default=[], help="(not yet: elfin builds nothing)"
    )
    parser.add_argument("--reinstall", "--force-reinstall", action="store_true", help="replace what is there already")
    parser.add_argument("--dry-run", action="store_true", help="tell, but change nothing")
    parser.add_argument("--require-hashes", action="store_true", help="refuse what has no hash")
    group.add_audit_option(parser)
    group.add_target_options(parser)
    group.add_place_options(parser, "take wheels for this place, into --target or --prefix")
    group.add_resolver_options(parser)
    group.add_link_options(parser)
    group.add_index_options(parser)
    group.add_accepted_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import changes as show
    from elfin.flows import install

    outcome = install.install(
        context,
        requests(options),
        where(options),
        reinstall=options.reinstall,
        dry_run=options.dry_run,
    )
    show.tell(context, outcome)
    return 0
