"""The reports tell every verdict and every reason, safely."""

from __future__ import annotations

import re

from lab.results import Known, Result
from lab.variants import SETUPS
from lab.verdict import Verdict

from lab import report, report_html, report_markdown

EVIL = 'no <script>alert("1")</script> | wheel'
KNOWN = Known(
    (
        Result("alpine", "elfin", "host", Verdict("works", "musl 1.2.5; x86_64", 0.6)),
        Result("alpine", "elfin", "venv", Verdict("works", "", 0.4)),
        Result("alpine", "elfin", "numpy", Verdict("refused", EVIL, 1.2)),
        Result("alpine", "elfin", "run", Verdict("broken", "killed by signal 11", 3.0)),
        Result("alpine", "uv", "host", Verdict("works", "linux-x86_64-musl", 0.1)),
        Result("alpine", "uv", "numpy", Verdict("works", "", 0.1)),
        Result("alpine", "uv", "venv", Verdict("refused", "why ever", 0.1)),
        Result("debian-s390x", "elfin", "numpy", Verdict("impossible", "no Python there", 0.0)),
        Result("empty", "elfin", "host", Verdict("works", "no libc; x86_64", 0.2)),
    ),
    ("abc123",),
    ("2026-01-02",),
)


def test_tables_keep_places_apart_by_what_they_are_for() -> None:
    whole, detection = (report.table(KNOWN, all_jobs=wanted) for wanted in (True, False))
    assert [(place.name, tool) for place, tool, _ in whole.rows] == [
        ("alpine", "elfin"),
        ("alpine", "uv"),
        ("debian-s390x", "elfin"),
    ]
    assert whole.jobs == ("host", "venv", "numpy", "run")
    assert [place.name for place, _, _ in detection.rows] == ["empty"]


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
    assert [word for word, *_ in explained] == ["broken", "refused", "refused", "impossible"]
    assert ["alpine run"] in [where for *_, where in explained]


def test_the_markdown_tells_every_reason_and_setup() -> None:
    text = report_markdown.report(KNOWN)
    for reason in ("killed by signal 11", "why ever", "no Python there", "musl 1.2.5"):
        assert reason in text
    assert "<script>" not in text and "abc123" in text
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
