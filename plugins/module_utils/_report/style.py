# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The style of a report: for phones and desktops, light and dark, and print."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --page: #f6f8fa; --card: #ffffff;
  --line: #d0d7de; --bar: #0b6bcb; --track: #e4e9ef; --good: #116329; --good-page: #dafbe1; --bad: #a40e26;
  --bad-page: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9aa7b4; --page: #0d1117; --card: #161b22;
  --line: #30363d; --bar: #58a6ff; --track: #2a3139; --good: #7ee787; --good-page: #12361d; --bad: #ffa198;
  --bad-page: #4c1519; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
header { padding-bottom: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.15rem; margin: 0 0 0.75rem; }
h3 { font-size: 1rem; margin: 0; }
.tiles + h3 { margin: 1rem 0 0.5rem; }
p { margin: 0.25rem 0; }
a { color: var(--bar); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 1rem; }
.quiet { color: var(--quiet); font-size: 0.875rem; font-weight: normal; }
.good, .bad { display: inline-block; border-radius: 999px; padding: 0 0.6rem; font-size: 0.875rem; font-weight: 600; }
.good { color: var(--good); background: var(--good-page); }
.bad { color: var(--bad); background: var(--bad-page); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; margin: 0; }
.tiles dt { color: var(--quiet); font-size: 0.875rem; }
.tiles dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.rules, .timeline { list-style: none; margin: 0; padding: 0; }
.rules li + li, .timeline li + li { border-top: 1px solid var(--line); margin-top: 0.6rem; padding-top: 0.6rem; }
summary { cursor: pointer; color: var(--quiet); font-size: 0.875rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; padding-bottom: 0.4rem; }
th { text-align: left; font-weight: 600; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; }
thead th { color: var(--quiet); font-size: 0.8rem; border-bottom: 1px solid var(--line); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; }
.bars tbody th { font-weight: normal; width: 35%; }
.ranges tbody th { white-space: nowrap; }
.bars td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.bars td:nth-child(2), .bars thead th:nth-child(2) { text-align: right; width: 5rem; }
.bars td:last-child { display: flex; align-items: center; gap: 0.5rem; padding-right: 0; }
.bars td span { min-width: 3.5rem; text-align: right; }
.both td { font-variant-numeric: tabular-nums; white-space: nowrap; width: 38%; }
.both td span { font-size: 0.8rem; }
.both tbody th { font-weight: normal; }
.track .old { background: var(--quiet); }
.track { background: var(--track); border-radius: 3px; flex: 1; min-width: 3rem; height: 0.75rem; overflow: hidden; }
.track div { background: var(--bar); height: 100%; min-width: 1px; border-radius: 3px; }
.timeline .track { margin-top: 0.25rem; }
.failures td:last-child, .failures th:last-child { text-align: right; white-space: nowrap; }
.failures td:first-child { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.85rem; }
:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
@media print { body { background: none; } section { break-inside: avoid; border: 0; padding: 0; } }
"""
