"""`elfin pip check`: do the installed packages fit together?"""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, where


def run(arguments: list[str], program: str) -> int:
    """Print the problems; 1 when there is one."""
    parser = group.Parser(program, "Check that installed packages are whole and fit together.")
    group.add_target_options(parser)
    group.add_place_options(parser, "check for this place what is in --target or --prefix")
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.flows import inspect

    count, problems = inspect.check(context, where(options))
    packages = f"{count} package{'' if count == 1 else 's'}"
    for problem in problems:
        context.output(problem)
    if problems:
        context.tell(f"Checked {packages}: {len(problems)} {'problem' if len(problems) == 1 else 'problems'}")
        return 1
    context.tell(f"Checked {packages}: all fit together")
    return 0
