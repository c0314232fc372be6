"""`elfin audit`: what files and wheels really need, and whether they run in a place."""

from __future__ import annotations

import re

from elfin.cli.options import Parser, add_global_options, add_index_options
from elfin.cli.session import begin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = (
    "Tell what binaries need of a system: machine, libc and its version, libraries, CPU, Python ABI; each with the "
    "file and symbol that asks for it. (An audit of binaries, as auditwheel's; not a search for vulnerabilities.)"
)


def run(arguments: list[str], program: str) -> int:
    """Print the audit; 0, or 1 where something does not run in a given place or a check fails, 3 where something could
    not be read."""
    parser = Parser(program, _DESCRIPTION)
    parser.add_argument(
        "path", metavar="PATH", nargs="+",
        help="an ELF file, wheel, folder (of wheels, an environment), zip or tar archive, root:DIR, image:FILE, a URL; "
        "NAME==VERSION: the wheels that installers take in the places",
    )  # fmt: skip
    parser.add_argument(
        "--platform", metavar="PLACE", action="append", default=[], dest="platforms",
        help="will it run there? (debian:12/arm64, manylinux_2_28_x86_64, root:DIR, host, ...); may be repeated",
    )  # fmt: skip
    parser.add_argument("-p", "--python", metavar="PYTHON", help="of NAME==VERSION take the wheels for this Python")
    check = parser.add_argument_group("checking")
    check.add_argument("--check", action="store_true", help="exit 1 where name, WHEEL, RECORD and bytes disagree")
    check.add_argument(
        "--select", metavar="CODES", action="append", default=[], help="only rules that begin so: A1,A301"
    )
    check.add_argument("--ignore", metavar="CODES", action="append", default=[], help="not rules that begin so")
    check.add_argument(
        "--max", metavar="NAME=VERSION", action="append", default=[], dest="most",
        help="fail above this floor, whatever is selected: glibc=2.17, musl=1.2.3, GLIBCXX=3.4.25 (checks, too)",
    )  # fmt: skip
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument(
        "--json", action="store_const", const="json", default="text", dest="format", help="as --format json"
    )
    shape.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    add_index_options(parser)
    add_global_options(parser)
    options = parser.parse_args(arguments)
    most = [_limit(text) for text in options.most]
    context = begin(options)
    from elfin.audit import problems
    from elfin.cli.show import audit as show
    from elfin.errors import PlaceError
    from elfin.flows import audit

    checking = options.check or bool(most) or bool(options.select)
    select = _split(options.select)
    if select and most:
        select.append("A401")  # a floor that is given counts, whatever else is selected
    codes = problems.selected(select, _split(options.ignore))
    answer = audit.audit(context, options.path, options.platforms, most, hashes=checking, python=options.python)
    if options.format == "text":
        context.output(
            show.text(answer, codes if checking else frozenset(), verbose=context.settings.verbosity.value > 0)
        )
    else:
        import json

        shown = show.as_json(answer, codes) if options.format == "json" else show.as_sarif(answer, codes)
        context.output(json.dumps(shown, indent=2))
    failed = checking and any(problem.code in codes for one in answer.audited for problem in one.problems)
    if audit.stopped(answer) or failed:
        return 1
    return PlaceError.exit_code if audit.unread(answer) else 0


def _split(given: Sequence[str]) -> list[str]:
    return [code.strip() for one in given for code in one.split(",") if code.strip()]


def _limit(text: str) -> tuple[str, tuple[int, ...]]:
    from elfin.errors import UsageError

    match = re.fullmatch(r"(glibc|musl|glibcxx|cxxabi|gcc|zlib)=(\d{1,4}(?:\.\d{1,4}){0,3})", text, re.IGNORECASE)
    if match is None:
        raise UsageError(f"--max {text} is no floor", hints=("write glibc=2.17, musl=1.2.3, GLIBCXX=3.4.25",))
    return match[1].lower(), tuple(map(int, match[2].split(".")))
