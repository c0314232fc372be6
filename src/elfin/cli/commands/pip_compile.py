"""`elfin pip compile`: resolve requirements to a list of pins."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.plainly import argparse
from elfin.cli.session import begin, platform, requests


def run(arguments: list[str], program: str) -> int:
    """Write the pins to stdout, or to the file of `-o`; 0."""
    parser = group.Parser(program, "Resolve requirements to a list of pins.")
    parser.add_argument("requirement", nargs="+", metavar="FILE", help="requirements files; `-` reads standard input")
    parser.add_argument(
        "-c", "--constraint", "--constraints", metavar="FILE", action="append", default=[], help="bounds on versions"
    )
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write there; its present pins are preferred")
    parser.add_argument("-p", "--python", metavar="PYTHON", help="resolve for this interpreter")
    parser.add_argument("--extra", metavar="NAME", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--generate-hashes", action="store_true", help="write the hashes of every file of a pin")
    parser.add_argument("--no-annotate", action="store_true", help="leave out who required what")
    parser.add_argument(
        "--annotation-style", choices=("split", "line"), default="split", help="one line a requirer, or one"
    )
    parser.add_argument("--no-header", action="store_true", help="leave out the first lines")
    parser.add_argument("--no-strip-extras", action="store_true", help="write `name[extra]==version`")
    parser.add_argument("--no-emit-package", metavar="NAME", action="append", default=[], help="leave this one out")
    parser.add_argument("--emit-index-url", action="store_true", help="write the index too")
    parser.add_argument("--require-hashes", action="store_true", help=argparse.SUPPRESS)
    group.add_place_options(parser, "resolve for this place")
    group.add_resolver_options(parser)
    group.add_index_options(parser)
    group.add_accepted_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import pins as show
    from elfin.flows import compile as flow

    compiled = flow.compile_pins(
        context,
        requests(options),
        python=options.python,
        python_version=options.python_version,
        platform=platform(options),
        output=options.output_file,
        hashes=options.generate_hashes,
    )
    text = show.requirements(compiled, options, [*program.split()[1:], *arguments])
    if options.output_file:
        flow.write(options.output_file, text)
    if not options.output_file or not options.quiet:
        context.output(text)
    return 0
