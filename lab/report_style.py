"""How the matrix's page looks: light and dark, readable in grey, wide tables scroll by themselves."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --head: #f3f5f8;
  --works: #d8efe6; --works-ink: #004d36; --refused: #fff0c2; --refused-ink: #5c3f00; --impossible: #eceff2;
  --impossible-ink: #454c54; --broken: #b3261e; --broken-ink: #fff; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161b; --ink: #e8ebee; --soft: #a3acb5; --line: #343b43;
  --head: #1c2229; --works: #12382c; --works-ink: #a9e6cf; --refused: #453409; --refused-ink: #ffe08a;
  --impossible: #242a31; --impossible-ink: #b5bdc5; --broken: #ff9d8f; --broken-ink: #3b0500; --focus: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 110rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 .3rem; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.25rem; }
h3 { margin: 1.2rem 0 .4rem; font-size: 1rem; } p { max-width: 75ch; margin: .4rem 0; } code { font-size: .93em; }
a, .made { white-space: nowrap; } a { color: var(--focus); } nav a { margin-right: 1.1rem; white-space: nowrap; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.wide { position: relative; overflow: auto; max-height: 92vh; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: separate; border-spacing: 0; }
th, td { padding: .3rem .55rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
caption { text-align: left; color: var(--soft); padding: .3rem .55rem; }
caption span { position: sticky; left: .55rem; display: inline-block; }
thead th { background: var(--head); white-space: nowrap; } .wide thead th { position: sticky; top: 0; z-index: 2; }
.counts { border: 1px solid var(--line); border-radius: 6px; } .counts td { text-align: right; }
.matrix tbody th { background: var(--paper); }
.matrix tbody + tbody tr:first-child > * { border-top: 2px solid var(--line); }
.matrix td { border-left: 1px solid var(--line); min-width: 4.6rem; white-space: nowrap; }
.matrix .place { position: sticky; left: 0; z-index: 1; width: 14rem; min-width: 14rem;
  border-right: 1px solid var(--line); }
.matrix .tool { position: sticky; left: 14rem; z-index: 1; border-right: 1px solid var(--line); }
.matrix thead th:first-child { left: 0; z-index: 3; } .matrix thead th:nth-child(2) { left: 14rem; z-index: 3; }
.place span { display: block; font-weight: 400; font-size: .85rem; color: var(--soft); }
.tool { font-weight: 600; } small { color: var(--soft); white-space: nowrap; }
.badge { display: inline-block; padding: 0 .45em; border-radius: 4px; white-space: nowrap; font-size: .88rem; }
.badge.works { background: var(--works); color: var(--works-ink); }
.badge.refused { background: var(--refused); color: var(--refused-ink); border: 1px dashed currentColor; }
.badge.impossible { background: var(--impossible); color: var(--impossible-ink); }
.badge.broken { background: var(--broken); color: var(--broken-ink); font-weight: 700; }
summary { cursor: pointer; list-style-position: outside; margin-left: .9rem; white-space: nowrap; }
details p { white-space: normal; margin: .4rem 0 .2rem; width: 22rem; max-width: 60vw; font-size: .88rem;
  overflow-wrap: anywhere; }
.legend { display: grid; grid-template-columns: max-content 1fr; gap: .25rem .8rem; margin: 1rem 0; }
.legend dd { margin: 0; }
.said td, .said th { max-width: 34rem; overflow-wrap: anywhere; } .said tbody th { font-weight: 400; }
@media (max-width: 40rem) { body { padding: .8rem; } .counts th, .counts td { padding: .2rem .3rem; }
  .counts thead th { white-space: normal; }
  .matrix .place { width: 6.2rem; min-width: 6.2rem; max-width: 6.2rem; overflow-wrap: anywhere; font-size: .85rem; }
  .matrix .tool, .matrix thead th:nth-child(2) { left: 6.2rem; font-size: .85rem; } .place span { display: none; }
  details p { width: 14rem; } }
ul { padding-left: 1.2rem; margin: .3rem 0; }
.said { width: 100%; } .said td:nth-child(2) { white-space: nowrap; }
.said td p { margin: 0 0 .25rem; width: auto; max-width: none; }
.said details summary { margin-left: 1rem; }
"""
