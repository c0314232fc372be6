"""`elfin tool run TOOL` (`elfinx TOOL`): run a tool in an environment of its own."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, choice
from elfin.errors import UsageError


def run(arguments: list[str], program: str) -> int:
    """Become the tool (POSIX: the process is replaced, so its exit code and signals are its own)."""
    parser = group.Parser(
        program,
        "Run a tool that a package provides, in a cached environment of its own.",
        f"{program} [options] TOOL[@VERSION] [ARGUMENT ...]",
    )
    parser.add_argument(
        "--from", dest="from_package", metavar="REQ", help="the package that provides TOOL, if named otherwise"
    )
    parser.add_argument(
        "-w", "--with", dest="with_packages", metavar="REQ", action="append", default=[], help="a further requirement"
    )
    parser.add_argument("-p", "--python", metavar="PYTHON", help="a version, a name or a path")
    group.add_resolver_options(parser)
    group.add_link_options(parser)
    group.add_index_options(parser)
    group.add_global_options(parser)
    own, command = parser.split_command(arguments)
    options = parser.parse_args(own)
    if not command:
        raise UsageError("no tool was named", hints=(f"`{program} ruff --version`",))
    context = begin(options)
    from elfin.flows import run as flow

    return flow.tool_run(
        context,
        command,
        package=options.from_package,
        packages=options.with_packages,
        python=options.python,
        choice=choice(options),
    )
