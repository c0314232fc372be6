"""Results -> docs/matrix.md. Pure."""

from __future__ import annotations

from lab.report import Table, counted, differences, explained, setups, table
from lab.results import Known, Result
from lab.verdict import WORDS

HEAD = """\
# The matrix

Every job of elfin's in every place of the [lab](../lab/README.md), with its peers' beside it. Made by
`lab/matrix`{made}; as a page: [matrix.html](matrix.html). Times are those of one run, with
warm caches, on a shared machine: they tell what is slow under emulation, not which tool is faster.

✓ works · ○ refused, in the tool's own words below · – not possible there · ✗ broken. "detect" places hold a few files
only, to see what is told of them.
"""


def report(known: Known) -> str:
    """The whole page."""
    made = f" at {', '.join(known.made_by)}" if known.made_by else ""
    made += f" on {known.on[-1]}" if known.on else ""
    parts = [HEAD.format(made=made), _counts(known)]
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
    word, _, seconds = result.verdict
    return f"{WORDS[word]} {seconds:.1f}" if seconds else WORDS[word]


def _setups(known: Known) -> str:
    lines = [
        "## The set-ups of the study of uv",
        "",
        "What elfin and uv say the machine is; in the last two, whether they make an environment. The last column is",
        "what a study saw uv 0.12.5 and 0.13.8 do.",
        "",
        "| the root contains | place | elfin | uv | uv in the study |",
        "|---|---|---|---|---|",
    ]
    for one in setups(known):
        said = " | ".join(_said(result) for result in (one.elfin, one.uv))
        lines.append(f"| {one.setup.contains} | {one.setup.place} | {said} | {one.setup.then} |")
    return "\n".join(lines)


def _said(result: Result | None) -> str:
    if result is None:
        return "(not run)"
    return _text(f"{WORDS[result.verdict.word]} {result.verdict.reason}")


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
    for word, tool, reason, where in explained(known):
        lines += ["", f"* {WORDS[word]} **{tool}**: {_text(reason)}", f"  <br>{', '.join(where)}"]
    return "\n".join(lines)


def _text(text: str) -> str:
    """Text as Markdown shows it, in a table too."""
    for character in "\\`*_<>|":
        text = text.replace(character, "\\" + character)
    return text
