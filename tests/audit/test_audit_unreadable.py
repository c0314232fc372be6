"""What cannot be read is never taken for nothing: a doubt in every place, and no tag is earned."""

from __future__ import annotations

from elfin.audit import earned, places, problems, reports
from elfin.audit.model import Claim, Report
from elfin.host.named import Named, named
from kit.wheelsofelf import dynamic, static

CLAIM = Claim("x-1.0-py3-none-linux_x86_64.whl", ("py3",), ("none",), ("linux_x86_64",), (), "", "", False, (), ())


def judged(report: Report, place: str = "debian:12") -> places.Verdict:
    found = named(place)
    assert isinstance(found, Named)
    return places.judge(report, found.host)


def test_a_cut_file_leaves_a_doubt_and_earns_nothing() -> None:
    cut = dynamic("2.28")[:200]
    for files in ([("x", cut)], [("x", cut), ("y", static())]):
        report = reports.of("x.whl", "wheel", files, CLAIM)
        verdict = judged(report)
        assert verdict.runs is None and places.sentence(verdict.reasons[0]).startswith("x cannot be read: ")
        assert report.earned.tags == () and "x cannot be read" in report.earned.reasons[0]
        assert places.served(report) == ()
        assert [one.code for one in problems.find(report) if one.path == "x"] == ["A601"]


def test_a_new_claim_is_contradicted_while_a_file_cannot_be_read() -> None:
    report = reports.of("x.whl", "wheel", [("x", dynamic("2.28")[:200])], CLAIM)
    assert [one.verdict for one in earned.compare(["manylinux_2_17_x86_64", "any"], report)] == ["too wide"] * 2


def test_a_sure_no_wins_over_what_cannot_be_read() -> None:
    report = reports.of("x", "folder", [("x", dynamic("2.28")[:200]), ("y", dynamic("2.38"))])
    assert judged(report).runs is False


def test_what_holds_no_machine_code_is_not_said_to_run_unless_it_is_a_wheel() -> None:
    verdict = judged(reports.of("x.zip", "archive", []))
    assert verdict.runs is None and "no machine code" in places.sentence(verdict.reasons[0])
    assert judged(reports.of("x.whl", "wheel", [], CLAIM)).runs is True
