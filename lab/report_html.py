"""Results -> docs/matrix.html: one page that needs nothing else, no script, no font, no picture. Pure.

A cell that has more to tell is a `<details>`, so Tab and Enter open it. A verdict is a symbol and a word; colour
only repeats it, in tones of different lightness.
"""

from __future__ import annotations

from html import escape

from lab.report import Answer, Table, counted, differences, explained, made, setups, short, table
from lab.report_style import STYLE
from lab.results import Known, Result
from lab.verdict import WORDS, Verdict

_MEANINGS = {
    "works": "the job did what it should, and what it installed was imported",
    "refused": "the tool said no, for a reason of its own",
    "impossible": "there is nothing to run the job with, or an earlier job it needs did not work",
    "broken": "anything else: a crash, an answer that never came, an install that cannot be imported",
}
_TITLES = (("Places", True, "places"), ("Places for detection", False, "detection"))


def report(known: Known) -> str:
    """The whole page."""
    tables = [(title, name, table(known, all_jobs=whole)) for title, whole, name in _TITLES]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>elfin: the matrix</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#places">Skip to the matrix</a>
<header>
<h1>The matrix</h1>
<p>Every job of elfin's in every place of the lab, its peers' beside it.
Made by <code>lab/matrix</code>.</p>
<p>{_code(escape(made(known)))}</p>
<nav aria-label="Sections">{_links(tables)}</nav>
</header>
<main>
<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
{_counts(known)}
{_legend()}
</section>
{"".join(_section(title, name, found) for title, name, found in tables if found.rows)}
{_setups(setups(known))}
{_differences(known)}
{_reasons(known)}
</main>
</body>
</html>
"""


def _code(text: str) -> str:
    """What Markdown puts between backquotes."""
    pieces = text.split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def _links(tables: list[tuple[str, str, Table]]) -> str:
    named = [(name, title) for title, name, found in tables if found.rows]
    named += [("setups", "Set-ups of the study"), ("differences", "Differences"), ("reasons", "Reasons")]
    return " ".join(f'<a href="#{name}">{title}</a>' for name, title in named)


def _counts(known: Known) -> str:
    heads = "".join(f'<th scope="col">{WORDS[word]} {word}</th>' for word in WORDS)
    rows = "".join(
        f'<tr><th scope="row">{tool}</th>{"".join(f"<td>{found[word]}</td>" for word in WORDS)}</tr>'
        for tool, found in counted(known).items()
    )
    head = f'<thead><tr><th scope="col">tool</th>{heads}</tr></thead>'
    return f'<table class="counts"><caption>Jobs by verdict</caption>{head}<tbody>{rows}</tbody></table>'


def _legend() -> str:
    items = "".join(f"<dt>{_badge(word)}</dt><dd>{_MEANINGS[word]}</dd>" for word in WORDS)
    return (
        f'<dl class="legend">{items}</dl><p>Seconds are those of one run with warm caches on a shared machine; places '
        "of another architecture are emulated. They tell what is slow there, not which tool is faster. A blank cell: "
        "the job was not asked for. <em>python</em> is <code>python install 3.13</code> from a given catalogue, and "
        "whether what was installed runs; <em>audit</em> is what the packages that were installed need, and whether "
        "they have it there; <em>install</em> is the release's install.sh, and whether what it installed runs. Places "
        "for detection hold a few files only; where their libc is faked, nothing can run with it.</p>"
    )


def _badge(word: str, *, narrow: bool = False) -> str:
    """A verdict's symbol and word; `narrow`: the word of the good one is there for screen readers only."""
    shown = f'<span class="hidden"> {word}</span>' if narrow and word == "works" else f" {word}"
    return f'<span class="badge {word}"><span aria-hidden="true">{WORDS[word]}</span>{shown}</span>'


def _section(title: str, name: str, found: Table) -> str:
    heads = "".join(f'<th scope="col">{job}</th>' for job in found.jobs)
    # The first column spans a place's rows, so each place is a group of rows.
    bodies, above = [], ""
    for place, tool, cells in found.rows:
        rows = sum(other.name == place.name for other, _, _ in found.rows)
        first = "" if place.name == above else (
            f'<th scope="rowgroup" rowspan="{rows}" class="place"><strong>{place.name}</strong>'
            f"<span>{escape(place.note)}</span><span>{place.architecture}</span></th>"
        )  # fmt: skip
        row = "".join(_cell(cells.get(job), job) for job in found.jobs)
        opening = "" if place.name == above else ("</tbody><tbody>" if above else "<tbody>")
        bodies.append(f'{opening}<tr>{first}<th scope="row" class="tool">{tool}</th>{row}</tr>')
        above = place.name
    head = f'<thead><tr><th scope="col">place</th><th scope="col">tool</th>{heads}</tr></thead>'
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>'
        f'<div class="wide" role="region" aria-labelledby="{name}" tabindex="0">'
        f'<table class="matrix"><caption><span>{title} against jobs; open a cell for its reason</span></caption>{head}'
        f"{''.join(bodies)}</tbody></table></div></section>"
    )


def _cell(result: Result | None, job: str) -> str:
    if result is None:
        return "<td></td>"
    word, reason, seconds, _ = result.verdict
    time = f"<small>{seconds:.1f}&nbsp;s</small>" if seconds else ""
    shown = f"{_badge(word, narrow=True)} {time}"
    if not reason:
        return f'<td class="{word}">{shown}</td>'
    label = f"{result.tool} {job} in {result.place}"
    return (
        f'<td class="{word}"><details><summary>{shown}<span class="hidden"> {label}: why</span></summary>'
        f"{_reason(result.verdict)}</details></td>"
    )


def _reason(verdict: Verdict) -> str:
    """The nearest miss, and everything that was said folded below it."""
    shown, whole = short(verdict)
    more = f'<details class="all"><summary>all it said</summary><p>{escape(whole)}</p></details>' if whole else ""
    return f"<p>{escape(shown)}</p>{more}"


def _setups(found: list[Answer]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(one.setup.contains)}</th><td>{one.setup.place}</td>{_said(one.elfin)}'
        f"{_said(one.uv)}<td>{escape(one.setup.then)}</td></tr>"
        for one in found
    )
    heads = ("the root contains", "place", "elfin", "uv", "uv in the study")
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    return (
        '<section aria-labelledby="setups"><h2 id="setups">Set-ups of the study</h2><p>What elfin and uv say the '
        "machine is, and whether the Python they install there runs, in the set-ups that uv 0.12.5 and 0.13.8 were "
        "studied in; in the last two, whether they make an environment.</p>"
        '<div class="wide" role="region" aria-labelledby="setups" tabindex="0"><table class="said">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _said(results: tuple[Result | None, ...]) -> str:
    return f"<td>{''.join(map(_told, results))}</td>"


def _told(result: Result | None) -> str:
    if result is None:
        return "<p>not run</p>"
    return f"<p>{_badge(result.verdict.word)} {result.job}: {escape(short(result.verdict)[0])}</p>"


def _differences(known: Known) -> str:
    parts = []
    for title, works in (("A peer works and elfin does not", False), ("elfin works and a peer does not", True)):
        rows = "".join(
            f"<li><strong>{place}</strong>, {tool}: {', '.join(names)}</li>"
            for place, tool, names in differences(known, elfin_works=works)
        )
        parts.append(f"<h3>{title}</h3>" + (f"<ul>{rows}</ul>" if rows else "<p>Nowhere.</p>"))
    return f'<section aria-labelledby="differences"><h2 id="differences">Differences</h2>{"".join(parts)}</section>'


def _reasons(known: Known) -> str:
    rows = "".join(
        f"<tr><td>{_badge(verdict.word)}</td><td>{tool}</td><td>{_reason(verdict)}</td>"
        f"<td>{escape(', '.join(where))}</td></tr>"
        for verdict, tool, where in explained(known)
    )
    head = "".join(f'<th scope="col">{one}</th>' for one in ("verdict", "tool", "reason, in its words", "where"))
    return (
        '<section aria-labelledby="reasons"><h2 id="reasons">Reasons</h2><p>Everything that does not work, the same '
        'reason once for each tool.</p><div class="wide" role="region" aria-labelledby="reasons" tabindex="0">'
        f'<table class="said"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )
