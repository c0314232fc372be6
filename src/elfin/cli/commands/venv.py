"""`elfin venv [PATH]`: make a virtual environment."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options, add_index_options, add_link_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Make the environment; 0."""
    parser = Parser(program, "Make a virtual environment: a standard one, without running pip.")
    parser.add_argument("path", nargs="?", default=".venv", help="where; default: .venv")
    parser.add_argument("-p", "--python", metavar="PYTHON", help="a version (3.12, '>=3.11'), a name or a path")
    parser.add_argument("--prompt", help="the name in the shell's prompt; `.` is the current folder's name")
    parser.add_argument("-c", "--clear", action="store_true", help="replace what is at PATH")
    parser.add_argument("--seed", action="store_true", help="install pip into it")
    parser.add_argument("--system-site-packages", action="store_true", help="let it see the base Python's packages")
    add_link_options(parser)
    add_index_options(parser)
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import venv as show
    from elfin.flows import venv

    made = venv.make(
        context,
        options.path,
        python=options.python,
        prompt=options.prompt,
        clear=options.clear,
        seed=options.seed,
        system_site_packages=options.system_site_packages,
        link_mode=options.link_mode,
    )
    context.tell(show.made(made))
    return 0
