"""`elfin run`: run a command or a script with packages at hand."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, choice


def run(arguments: list[str], program: str) -> int:
    """Become the command (POSIX: the process is replaced, so its exit code and signals are its own)."""
    parser = group.Parser(
        program,
        "Run a command, or a script with inline requirements (PEP 723), with packages at hand.",
        f"{program} [options] [--] COMMAND [ARGUMENT ...]",
    )
    parser.add_argument(
        "-w",
        "--with",
        dest="with_packages",
        metavar="REQ",
        action="append",
        default=[],
        help="a requirement; commas separate several",
    )
    parser.add_argument(
        "--with-requirements", metavar="FILE", action="append", default=[], help="requirements from a file"
    )
    parser.add_argument("-p", "--python", metavar="PYTHON", help="a version, a name or a path")
    parser.add_argument("-m", "--module", action="store_true", help="COMMAND is a module, as `python -m`")
    parser.add_argument("-s", "--script", action="store_true", help="COMMAND is a Python script, whatever its name")
    parser.add_argument("--isolated", action="store_true", help="leave out the packages of the environment around")
    group.add_resolver_options(parser)
    group.add_link_options(parser)
    group.add_index_options(parser)
    group.add_global_options(parser)
    own, command = parser.split_command(arguments)
    options = parser.parse_args(own)
    context = begin(options)
    from elfin.flows import run as flow

    return flow.run(
        context,
        command,
        packages=options.with_packages,
        files=options.with_requirements,
        python=options.python,
        module=options.module,
        script=options.script,
        isolated=options.isolated,
        choice=choice(options),
    )
