"""`elfin pip show NAME...`: one or more installed packages in detail."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, where


def run(arguments: list[str], program: str) -> int:
    """Print the blocks; 1 when none of the names is installed."""
    parser = group.Parser(program, "Show one or more installed packages.")
    parser.add_argument("package", nargs="+", help="names")
    parser.add_argument("-f", "--files", action="store_true", help="list the files too")
    group.add_target_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import installed as show
    from elfin.flows import inspect

    found, missing = inspect.details(context, where(options), options.package)
    for name in missing:
        context.warn(f"{name} is not installed")
    if found:
        context.output(show.blocks(found, files=options.files))
    return 0 if found else 1
