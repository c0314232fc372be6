"""`elfin python catalogue build|update`."""

from __future__ import annotations

from elfin.cli.options import Parser, add_global_options
from elfin.cli.session import begin


def run(arguments: list[str], program: str) -> int:
    """Make a catalogue out of others' lists, or refresh the user's; 0."""
    parser = Parser(program, "Make or refresh the catalogue of Pythons that can be had.")
    help_ = "`build` or `update`, then files or URLs: the official NDJSON, GitHub's releases, SHA256SUMS, uv's metadata"
    parser.add_argument("words", nargs="*", metavar="build|update SOURCE", help=help_)
    parser.add_argument("-o", "--output", metavar="FILE", help="build: write here instead of to stdout")
    parser.add_argument("--all-builds", action="store_true", help="build: keep older builds of the same version too")
    parser.add_argument("--allow-older", action="store_true", help="update: also to older data than is in use")
    add_global_options(parser)
    options = parser.parse_intermixed_args(arguments)
    context = begin(options)
    from elfin.cli.show import pythons as show
    from elfin.errors import UsageError
    from elfin.flows import python_catalogue

    verb, sources = (options.words or [""])[0], options.words[1:]
    if verb not in ("build", "update"):
        raise UsageError("a catalogue is built or updated", hints=("`catalogue build SOURCE`, or `catalogue update`",))
    if verb == "update":
        if len(sources) > 1:
            raise UsageError("an update has one source", hints=("`catalogue build` joins several",))
        source = sources[0] if sources else None
        made, path = python_catalogue.update(context, source, allow_older=options.allow_older)
        context.tell(show.built(made, path))
        return 0
    if not sources:
        raise UsageError("a catalogue is built from something", hints=("name a file or URL",))
    made = python_catalogue.build(context, sources, every_tag=options.all_builds)
    if options.output in (None, "-"):
        context.output(made.text.rstrip("\n"))
        return 0
    from elfin.edges.disk_output import write_out

    write_out(options.output, made.text.encode())
    context.tell(show.built(made, options.output))
    return 0
