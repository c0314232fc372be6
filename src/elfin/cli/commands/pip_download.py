"""`elfin pip download`: wheels as files in a folder, for this machine or another place."""

from __future__ import annotations

from elfin.cli import options as group
from elfin.cli.session import begin, platform, requests


def run(arguments: list[str], program: str) -> int:
    """Fetch the files; 0."""
    parser = group.Parser(program, "Fetch wheels, with what they need, into a folder; nothing is installed.")
    parser.add_argument("package", nargs="*", help="a requirement (`flask>=3`), a wheel's path or URL")
    group.add_requirement_options(parser)
    parser.add_argument(
        "-d", "--dest", "--destination-dir", "--destination-directory", metavar="DIR", default=".",
        help="where the files go; default: the working folder",
    )  # fmt: skip
    parser.add_argument("-p", "--python", metavar="PYTHON", help="for this interpreter")
    parser.add_argument("--require-hashes", action="store_true", help="refuse what has no hash")
    group.add_audit_option(parser)
    group.add_place_options(parser, "fetch for this place")
    group.add_resolver_options(parser)
    group.add_index_options(parser)
    group.add_accepted_options(parser)
    group.add_global_options(parser)
    options = parser.parse_args(arguments)
    context = begin(options)
    from elfin.cli.show import downloads as show
    from elfin.flows import download

    fetched = download.download(
        context,
        requests(options),
        options.dest,
        python=options.python,
        python_version=options.python_version,
        platform=platform(options),
        audit=options.audit,
    )
    show.tell(context, fetched)
    return 0
