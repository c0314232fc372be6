"""`elfin python dir`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Print the folder of installed Pythons; 0."""
    parser = Parser(program, "Print the folder that Pythons are installed into.")
    parser.add_argument("--bin", action="store_true", help="the folder with links to them")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.flows import python_find

    if options.bin:
        from elfin.errors import PlaceError

        folder = context.settings.python_links.value
        if folder is None:
            raise PlaceError("there is no home folder for links to Pythons")
        context.output(folder)
    else:
        context.output(python_find.folder_of(context))
    return 0
