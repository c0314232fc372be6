"""The matrix's page in a real browser: it loads, reads well in light and dark, and works from the keyboard."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from lab.results import Known, Result
from lab.verdict import WORDS, Verdict

from lab import report_html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
COMMITTED = Path(__file__).resolve().parent.parent.parent / "docs" / "matrix.html"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="the package chromium is not installed"),
]

# Appended to the page by the test: looks at what the browser made of it and leaves the answers in the title.
PROBE = r"""<script>
const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
const numbers = text => text.match(/[\d.]+/g).map(Number);
const luminance = text => { const [r, g, b] = numbers(text);
  return .2126*channel(r) + .7152*channel(g) + .0722*channel(b); };
const behind = node => { for (; node; node = node.parentElement) {
  const paint = getComputedStyle(node).backgroundColor; const all = numbers(paint);
  if (all.length < 4 || all[3] === 1) return paint; } return "rgb(255, 255, 255)"; };
const contrast = node => { const pair = [luminance(getComputedStyle(node).color), luminance(behind(node))].sort();
  return (pair[1] + .05) / (pair[0] + .05); };
const all = selector => [...document.querySelectorAll(selector)];
const cells = all(".matrix td").filter(cell => cell.textContent.trim());
const summary = document.querySelector(".matrix summary");
summary.focus();
const focused = document.activeElement === summary;
const before = summary.nextElementSibling.checkVisibility();
summary.click();
document.title = JSON.stringify({
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  contrast: Math.min(...all(".badge, small, p, a, th, .place span").map(contrast)),
  broad: document.documentElement.scrollWidth > innerWidth,
  unmarked: cells.filter(cell => !/[✓○\u2013✗] (works|refused|impossible|broken)/.test(cell.textContent)).length,
  unexplained: cells.filter(cell => !cell.querySelector(".works") && !cell.querySelector("details p")).length,
  headings: all("h1, h2, h3").map(one => one.tagName).join(" "),
  scopes: all("th").filter(one => !one.scope).length,
  dangling: all("a").filter(one => !document.querySelector(one.getAttribute("href"))).length,
  scrollers: all(".wide").filter(one => one.tabIndex !== 0 || !one.getAttribute("aria-labelledby")).length,
  opens: focused && !before && summary.nextElementSibling.checkVisibility(),
  cells: cells.length,
  left: (() => { const scroller = document.querySelector(".wide"); scroller.scrollLeft = 1e4;
    const edge = scroller.getBoundingClientRect().left; const at = one => one.getBoundingClientRect().left - edge;
    return [scroller.scrollLeft > 0, ...[".place", ".tool"].flatMap(one => [at(scroller.querySelector(one)),
      at(scroller.querySelector(one === ".place" ? "thead th" : "thead th:nth-child(2)"))]).map(Math.round)]; })(),
});
</script>"""


def sample() -> Known:
    places = ("alpine", "debian-bookworm", "debian-s390x", "empty")
    words = [*WORDS, "works"]
    found = [
        Result(place, tool, job, Verdict(word, "because of a reason " * 9 if word != "works" else "glibc 2.36", 1.5))
        for place in places
        for tool in ("elfin", "uv")
        for job, word in zip(("host", "venv", "numpy", "pandas", "run"), words, strict=True)
    ]
    return Known(tuple(found))


def looked_at(page: str, folder: Path, *, dark: bool = False, width: int = 1400) -> dict[str, object]:
    """What the probe saw of a page."""
    file = folder / "page.html"
    file.write_text(page.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    shown = browse(folder, f"--window-size={width},900", "--dump-dom", file.as_uri(), dark=dark)
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title, shown[:2000]
    answers = json.loads(unescape(title[1]))
    assert isinstance(answers, dict)
    return answers


def browse(folder: Path, *arguments: str, dark: bool = False) -> str:
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", *scheme, *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 420])
def test_the_page_reads_well(tmp_path: Path, dark: bool, width: int) -> None:
    seen = looked_at(report_html.report(sample()), tmp_path, dark=dark, width=width)
    assert seen["dark"] is dark
    assert float(str(seen["contrast"])) >= 4.5  # WCAG 2.2, 1.4.3
    assert seen["broad"] is False, "the page scrolls sideways, not the table alone"
    assert seen["cells"] == 34  # places for detection have columns for their own jobs only
    check(seen)


@pytest.mark.parametrize("width", [1400, 420])
def test_place_and_tool_stay_in_sight_when_the_table_is_scrolled(tmp_path: Path, width: int) -> None:
    seen = looked_at(report_html.report(sample()), tmp_path, width=width)["left"]
    assert isinstance(seen, list)
    scrolled, place, place_head, tool, tool_head = seen
    assert scrolled is True, "the sample is as wide as the real table"
    assert place == place_head and place in (0, 1), "the place is at the edge"
    assert tool == tool_head and 60 < tool < width / 2, "the tool stands beside it"


def check(seen: dict[str, object]) -> None:
    assert seen["opens"] is True, "a cell cannot be reached and opened from the keyboard"
    for fault in ("unmarked", "unexplained", "scopes", "dangling", "scrollers"):
        assert seen[fault] == 0, (fault, seen)
    assert str(seen["headings"]).startswith("H1 H2 H2") and "H1" not in str(seen["headings"])[2:]


def test_the_committed_page_reads_well(tmp_path: Path) -> None:
    seen = looked_at(COMMITTED.read_text(encoding="utf-8"), tmp_path)
    check(seen)
    assert int(str(seen["cells"])) > 500 and float(str(seen["contrast"])) >= 4.5


def test_the_probe_sees_planted_faults(tmp_path: Path) -> None:
    page = report_html.report(sample())
    page = page.replace("--soft: #57606a", "--soft: #ccc", 1).replace('<th scope="col">tool', "<th>tool")
    page = page.replace(' tabindex="0"', "").replace('href="#places"', 'href="#nowhere"').replace("sticky", "static")
    seen = looked_at(page, tmp_path)
    assert isinstance(seen["left"], list) and seen["left"][1] < -100
    assert float(str(seen["contrast"])) < 4.5
    assert seen["scopes"] and seen["scrollers"] and seen["dangling"]


def test_a_picture_can_be_taken(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(report_html.report(sample()), encoding="utf-8")
    browse(tmp_path, f"--screenshot={tmp_path / 'page.png'}", (tmp_path / "page.html").as_uri())
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG") and os.path.getsize(tmp_path / "page.png") > 9000
