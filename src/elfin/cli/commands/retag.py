"""`elfin retag`: make the tags of a wheel say what its bytes earn."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Write the wheels; 0."""
    parser = Parser(program, "Change the tags of wheels: name, WHEEL and RECORD, and no other byte.")
    parser.add_argument("wheel", metavar="WHEEL", nargs="+", help="the files; they stay unless --remove")
    change = parser.add_argument_group("changes (X.Y replaces, +X.Y adds, -X.Y takes away)")
    change.add_argument("--earned", action="store_true", help="claim exactly the platforms that the bytes earn")
    for name in ("platform", "python", "abi"):
        change.add_argument(f"--{name}-tag", metavar="TAGS", action="append", default=[], help=f"{name} tags")
    change.add_argument("--build", metavar="N", help='build number; "" takes it away')
    parser.add_argument("--remove", action="store_true", help="remove the old file once the new one is there")
    parser.add_argument("-o", "--output-dir", metavar="DIR", help="put the new file there")
    parser.add_argument("--force", action="store_true", help="also claim what the bytes do not earn")
    parser.add_argument("--dry-run", action="store_true", help="only print the new names")
    add_global_options(parser)
    options = parser.parse_args(_glued(arguments))
    context = begin(options)
    from elfin.flows import retag

    orders = retag.Orders(
        earned=options.earned,
        platforms=tuple(options.platform_tag),
        pythons=tuple(options.python_tag),
        abis=tuple(options.abi_tag),
        build=options.build,
        force=options.force,
        remove=options.remove,
        folder=options.output_dir,
        dry_run=options.dry_run,
    )
    for path in options.wheel:
        done = retag.retag(context, path, orders)
        for clause in done.refused:
            context.warn(f"claimed by force: {clause}")
        if not done.changed:
            context.tell(f"{path} has these tags already")
        context.output(done.after.rpartition("/")[2])
    return 0


def _glued(arguments: list[str]) -> list[str]:
    """`--platform-tag -X` as one word: argparse would take -X for an option."""
    glued: list[str] = []
    for word in arguments:
        if glued and glued[-1] in ("--platform-tag", "--python-tag", "--abi-tag") and word.startswith("-"):
            glued[-1] += f"={word}"
        else:
            glued.append(word)
    return glued
