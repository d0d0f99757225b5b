# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results as a table, as JSON, and as one page with a plot of each row."""

from __future__ import annotations

import html
import json
import math
import statistics
from dataclasses import dataclass
from typing import Any

from .playbooks import Cost
from .rows import Row

WIDTH, HEIGHT, MARGIN = 320, 26, 10
STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; color: #222 }
table { border-collapse: collapse; width: 100% } td, th { padding: .35em .7em; text-align: left }
tr + tr { border-top: 1px solid #ddd } td:first-child { min-width: 20em } td.number { text-align: right }
.met { color: #17692f } .missed { color: #a32017; font-weight: 600 } .unmeasured { color: #666 }
"""


@dataclass(frozen=True)
class Measured:
    """A row with the value of each round; the values of the processor's clock where there is one."""

    row: Row
    values: list[float]
    processor: list[float]

    @classmethod
    def of(cls, row: Row, costs: list[Cost | float]) -> Measured:
        ratios = [cost for cost in costs if isinstance(cost, Cost)]
        values = [cost.wall if isinstance(cost, Cost) else cost for cost in costs]
        return cls(row, sorted(values), sorted(ratio.processor for ratio in ratios))

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        if not self.values:
            return "unmeasured"
        return "met" if self.row.is_met(self.median) else "missed"

    @property
    def goal(self) -> str:
        return f"{'<=' if self.row.at_most else '>='} {self.row.goal:g}"

    @property
    def shown(self) -> str:
        """The median and the range."""
        return _shown(self.values) if self.values else f"not measured: {self.row.missing}"


def table(results: list[Measured]) -> str:
    """A table for the terminal."""
    lines = [f"{'':11} {'goal':>8}  {'wall: median (range)':24} {'processor':24} row"]
    for one in results:
        processor = _shown(one.processor) if one.processor else ""
        shown = one.shown if one.values else ""
        lines.append(f"{one.verdict:11} {one.goal:>8}  {shown:24} {processor:24} {one.row.key}: {one.row.what}")
        if not one.values:
            lines.append(f"{'':22}{one.shown}")
    return "\n".join(lines)


def as_json(results: list[Measured], about: dict[str, Any]) -> str:
    """Everything that was measured."""
    rows = [
        {
            "row": one.row.key,
            "what": one.row.what,
            "goal": one.goal,
            "verdict": one.verdict,
            "wall": one.values,
            "processor": one.processor,
            **({"missing": one.row.missing} if one.row.missing else {}),
        }
        for one in results
    ]
    return json.dumps({**about, "rows": rows}, indent=2)


def page(results: list[Measured], about: dict[str, Any]) -> str:
    """One page, which loads nothing."""
    rows = "\n".join(
        f"<tr><td>{html.escape(one.row.what)}</td><td class=number>{html.escape(one.goal)}</td>"
        f"<td class='number {one.verdict}'>{html.escape(one.shown)}</td><td>{plot(one)}</td>"
        f"<td class={one.verdict}>{one.verdict}</td></tr>"
        for one in results
    )
    facts = html.escape(", ".join(f"{name} {value}" for name, value in about.items()))
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Bench</title><style>{STYLE}</style>"
        f"<h1>Bench</h1><p>{facts}</p><p>Medians of the ratios of each round, with their range. In a plot each dot is "
        "a round; filled by the wall's clock, hollow by the processor's. The line is the goal, the shaded side meets "
        "it; the scale is logarithmic.</p><table><tr><th>row<th>goal<th>median (range)<th>rounds<th></tr>"
        f"{rows}</table></html>\n"
    )


def plot(one: Measured) -> str:
    """The values of a row beside its goal, as SVG. Empty for a row without values."""
    values = [value for value in (*one.values, *one.processor) if value > 0]
    if not values:
        return ""
    spread = max(math.log(max(value / one.row.goal, one.row.goal / value)) for value in values) or 1.0
    middle = WIDTH / 2

    def place(value: float) -> float:
        return middle + math.log(value / one.row.goal) / spread * (middle - MARGIN)

    start = 0 if one.row.at_most else middle
    colour = {"met": "#17692f", "missed": "#a32017"}[one.verdict]
    dots = [
        f"<circle cx='{place(value):.1f}' cy='{HEIGHT / 2}' r=5 fill='{fill}' fill-opacity='.6' stroke='{colour}'/>"
        for values, fill in ((one.processor, "none"), (one.values, colour))
        for value in values
        if value > 0
    ]
    return (
        f"<svg width={WIDTH} height={HEIGHT} role=img aria-label='{html.escape(one.shown)}'>"
        f"<rect x='{start}' y=0 width='{middle}' height={HEIGHT} fill='#17692f' fill-opacity='.08'/>"
        f"<line x1='{middle}' x2='{middle}' y1=0 y2={HEIGHT} stroke='#222'/>{''.join(dots)}</svg>"
    )


def _shown(values: list[float]) -> str:
    median = statistics.median(values)
    return f"{median:.3g} ({values[0]:.3g} to {values[-1]:.3g})" if len(values) > 1 else f"{median:.3g}"
