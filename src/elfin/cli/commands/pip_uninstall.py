"""`elfin pip uninstall`: remove packages from an environment."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, requests, where


def run(arguments: list[str], program: str) -> int:
    """Remove; 0, also when some were not installed (a warning tells)."""
    parser = group.Parser(program, "Remove packages from an environment.")
    parser.add_argument("package", nargs="*", help="names")
    parser.add_argument(
        "-r", "--requirement", "--requirements", metavar="FILE", action="append", default=[], help="names from a file"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="accepted for pip's sake: elfin never asks")
    parser.add_argument("--dry-run", action="store_true", help="tell, but change nothing")
    parser.add_argument("--no-sync", action="store_true", help="do not wait for the disk (containers, CI)")
    group.add_target_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import changes as show
    from elfin.flows import uninstall

    show.tell(context, uninstall.uninstall(context, requests(options), where(options), dry_run=options.dry_run))
    return 0
