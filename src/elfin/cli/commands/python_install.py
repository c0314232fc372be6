"""`elfin python install [REQUEST...]`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin, platform


def run(arguments: list[str], program: str) -> int:
    """Install them; 0."""
    parser = Parser(program, "Install Pythons: the builds that are right for this machine, or another place.")
    parser.add_argument(
        "request", nargs="*", help="3.13, 3.13t, '>=3.11', 3.13+musl, pypy@3.11; default: the pin or newest"
    )
    parser.add_argument("-i", "--install-dir", metavar="DIR", help="put them into this folder")
    parser.add_argument(
        "--platform",
        metavar="PLACE",
        action="append",
        help="for another place, into --install-dir (linux/arm64, root:DIR)",
    )
    parser.add_argument("--mirror", metavar="URL|DIR", action="append", help="the only place to get archives from")
    parser.add_argument("-r", "--reinstall", action="store_true", help="also what is there already")
    parser.add_argument("-U", "--upgrade", action="store_true", help="the newest, even if an older one is there")
    parser.add_argument("--no-bin", action="store_true", help="make no link such as `python3.13` on PATH")
    add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.flows import python_find, python_install

    pinned = python_find.pinned(context) if not options.request else None
    texts = options.request or [pinned.text if pinned is not None else "any"]
    outcomes = python_install.install(
        context,
        texts,
        python_install.where(context, platform(options)),
        reinstall=options.reinstall,
        newest=options.upgrade,
        link=not options.no_bin,
    )
    context.tell(show.installed(outcomes))
    return 0
