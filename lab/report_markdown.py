"""Results -> docs/matrix.md. Pure."""

from __future__ import annotations

from lab.report import Table, counted, differences, explained, made, setups, short, table
from lab.results import Known, Result
from lab.verdict import WORDS, Verdict

HEAD = """\
# The matrix

Every job of elfin's in every place of the [lab](../lab/README.md), with its peers' beside it. Made by `lab/matrix`;
as a page: [matrix.html](matrix.html). Times are those of one run, with warm caches, on a shared machine: they tell what
is slow under emulation, not which tool is faster.

{made}

✓ works · ○ refused, in the tool's own words below · – not possible there · ✗ broken. `python` is `python install 3.13`
from a given catalogue, and whether what was installed runs; `audit` is what the packages that were installed need, and
whether they have it there; `install` is the release's install.sh, and whether what it installed runs. Places "for
detection" hold a few files only, to see what is told of them; where their libc is faked, nothing can run with it.
"""


def report(known: Known) -> str:
    """The whole page."""
    parts = [HEAD.format(made=made(known)), _counts(known)]
    for title, all_jobs in (("Places", True), ("Places for detection", False)):
        found = table(known, all_jobs=all_jobs)
        if found.rows:
            parts.append(f"## {title}\n\n{_table(found)}")
    parts += [_setups(known), _differences(known), _reasons(known)]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _counts(known: Known) -> str:
    rows = ["| tool | ✓ works | ○ refused | – not possible | ✗ broken |", "|---|---|---|---|---|"]
    rows += [f"| {tool} | {' | '.join(str(found[word]) for word in WORDS)} |" for tool, found in counted(known).items()]
    return "\n".join(rows)


def _table(found: Table) -> str:
    lines = [f"| place | tool | {' | '.join(found.jobs)} |", "|---|---|" + "---|" * len(found.jobs)]
    for place, tool, cells in found.rows:
        shown = (_cell(cells.get(job)) for job in found.jobs)
        lines.append(f"| {place.name} | {tool} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    if result is None:
        return ""
    word, seconds = result.verdict.word, result.verdict.seconds
    return f"{WORDS[word]} {seconds:.1f}" if seconds else WORDS[word]


def _setups(known: Known) -> str:
    lines = [
        "## The set-ups of the study of uv",
        "",
        "What elfin and uv say the machine is, and whether the Python they install there runs; in the last two,",
        "whether they make an environment. The last column is what a study saw uv 0.12.5 and 0.13.8 do.",
        "",
        "| the root contains | place | elfin | uv | uv in the study |",
        "|---|---|---|---|---|",
    ]
    for one in setups(known):
        said = " | ".join("<br>".join(map(_said, results)) for results in (one.elfin, one.uv))
        lines.append(f"| {one.setup.contains} | {one.setup.place} | {said} | {one.setup.then} |")
    return "\n".join(lines)


def _said(result: Result | None) -> str:
    if result is None:
        return "(not run)"
    return f"{WORDS[result.verdict.word]} {result.job}: {_text(short(result.verdict)[0])}".rstrip(": ")


def _differences(known: Known) -> str:
    parts = []
    for title, found in (
        ("Where a peer works and elfin does not", differences(known, elfin_works=False)),
        ("Where elfin works and a peer does not", differences(known, elfin_works=True)),
    ):
        rows = [f"* {place}, {tool}: {', '.join(names)}" for place, tool, names in found]
        parts.append(f"## {title}\n\n" + ("\n".join(rows) or "Nowhere."))
    return "\n\n".join(parts)


def _reasons(known: Known) -> str:
    lines = ["## Reasons", "", "Every cell that is not ✓, the same reason once for each tool."]
    for verdict, tool, where in explained(known):
        lines += ["", f"* {WORDS[verdict.word]} **{tool}**: {_reason(verdict)}", f"  <br>{', '.join(where)}"]
    return "\n".join(lines)


def _reason(verdict: Verdict) -> str:
    shown, whole = short(verdict)
    more = f"<details><summary>all it said</summary>{_text(whole)}</details>" if whole else ""
    return f"{_text(shown)}{more}"


def _text(text: str) -> str:
    """Text as Markdown shows it, in a table too."""
    for character in "\\`*_<>|":
        text = text.replace(character, "\\" + character)
    return text
