"""The reports tell every verdict and every reason, safely."""

from __future__ import annotations

import re
from pathlib import Path

from lab.places import every
from lab.results import Known, Result
from lab.variants import SETUPS
from lab.verdict import Verdict

from lab import jobs, report, report_html, report_markdown

COMMITTED = Path(__file__).resolve().parent.parent.parent / "docs"
EVIL = 'no <script>alert("1")</script> | wheel'
TREE = "1234567890abcdef"
KNOWN = Known(
    (
        Result("alpine", "elfin", "host", Verdict("works", "musl 1.2.5; x86_64", 0.6), TREE, "2026-01-02"),
        Result("alpine", "elfin", "venv", Verdict("works", "", 0.4)),
        Result("alpine", "elfin", "numpy", Verdict("refused", EVIL, 1.2)),
        Result("alpine", "elfin", "run", Verdict("broken", "killed by signal 11", 3.0)),
        Result("alpine", "uv", "host", Verdict("works", "linux-x86_64-musl", 0.1), "0.13.8", "2026-01-01"),
        Result("alpine", "uv", "numpy", Verdict("works", "", 0.1)),
        Result("alpine", "uv", "venv", Verdict("refused", "why ever", 0.1)),
        Result("debian-s390x", "elfin", "numpy", Verdict("impossible", "no Python there", 0.0)),
        Result("empty", "elfin", "host", Verdict("works", "no libc; x86_64", 0.2)),
    ),
)


def test_tables_keep_places_apart_by_what_they_are_for() -> None:
    whole, detection = (report.table(KNOWN, all_jobs=wanted) for wanted in (True, False))
    assert [(place.name, tool) for place, tool, _ in whole.rows] == [
        ("alpine", "elfin"),
        ("alpine", "uv"),
        ("debian-s390x", "elfin"),
    ]
    assert whole.jobs == jobs.ORDER, "a column for every job, run or not"
    assert [place.name for place, _, _ in detection.rows] == ["empty"]
    assert set(detection.jobs) < set(jobs.ORDER)


def test_differences_are_told_both_ways() -> None:
    worse = report.differences(KNOWN, elfin_works=False)
    better = report.differences(KNOWN, elfin_works=True)
    assert worse == [("alpine", "uv", ["numpy"])]
    assert better == [("alpine", "uv", ["venv"])]


def test_counts_add_up_to_all_results() -> None:
    counted = report.counted(KNOWN)
    assert sum(sum(words.values()) for words in counted.values()) == len(KNOWN.results)
    assert counted["elfin"] == {"works": 3, "refused": 1, "impossible": 1, "broken": 1}


def test_the_worst_is_explained_first_and_nothing_is_left_out() -> None:
    explained = report.explained(KNOWN)
    assert [verdict.word for verdict, *_ in explained] == ["broken", "refused", "refused", "impossible"]
    assert ["alpine run"] in [where for *_, where in explained]


def test_the_markdown_tells_every_reason_and_setup() -> None:
    text = report_markdown.report(KNOWN)
    for reason in ("killed by signal 11", "why ever", "no Python there", "musl 1.2.5"):
        assert reason in text
    assert "<script>" not in text
    for setup in SETUPS:
        assert f"| {setup.place} |" in text
    rows = [line for line in text.splitlines() if line.startswith("| alpine |")]
    assert rows[0].count("|") == rows[1].count("|")


def test_the_page_tells_every_reason_and_runs_nothing() -> None:
    page = report_html.report(KNOWN)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    for result in KNOWN.results:
        if result.verdict.word != "works":
            assert page.count(f"badge {result.verdict.word}") > 2  # legend, cell, reasons


def test_the_page_is_well_formed() -> None:
    page = report_html.report(KNOWN)
    opened: list[str] = []
    for closing, tag in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", page.partition("<body>")[2]):
        if closing and tag in ("body", "html"):
            break
        if closing:
            assert opened.pop() == tag
        else:
            opened.append(tag)
    assert opened == []


def test_the_reports_say_what_was_tried_and_both_the_same() -> None:
    made = report.made(KNOWN)
    assert made.startswith("elfin with the sources 1234567890ab (") and made.endswith(
        "uv 0.13.8, 2026-01-01 to 2026-01-02"
    )
    assert made in report_markdown.report(KNOWN)
    assert made.replace("`git rev-parse COMMIT:src`", "<code>git rev-parse COMMIT:src</code>") in report_html.report(
        KNOWN
    )


def test_the_committed_reports_are_of_one_state() -> None:
    text, page = ((COMMITTED / name).read_text(encoding="utf-8") for name in ("matrix.md", "matrix.html"))
    line = next(line for line in text.splitlines() if line.startswith("elfin with the sources "))
    told = re.search(r"<p>(elfin with the sources .*)</p>", page)
    assert told and re.sub("</?code>", "`", told[1]) == line
    assert re.search(r"sources [0-9a-f]{12} \(", line), "elfin's cells are of one state of its sources"
    head = next(line for line in text.splitlines() if line.startswith("| place | tool |"))
    assert head == f"| place | tool | {' | '.join(jobs.ORDER)} |"
    for name in every():
        assert f"| {name} | elfin |" in text and f"<strong>{name}</strong>" in page


def test_a_long_reason_is_cut_between_words_and_all_of_it_is_folded() -> None:
    reason = "seven " * 80
    shown, whole = report.short(Verdict("refused", reason, 1.0))
    assert len(shown) < 240 and shown.endswith("seven …") and whole == reason
    assert report.short(Verdict("refused", "no wheel", 1.0, "all of it")) == ("no wheel", "all of it")
    assert report.short(Verdict("refused", "no wheel", 1.0)) == ("no wheel", "")
    known = Known((Result("alpine", "elfin", "numpy", Verdict("refused", "no <wheel>", 1.0, "all & everything")),))
    assert report_html.report(known).count("<p>all &amp; everything</p>") == 2  # in its cell and among the reasons
    assert "<details><summary>all it said</summary>all & everything</details>" in report_markdown.report(known)
