# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The distributions of two jobs side by side: the same bars for both, each with its share of the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from .distribution import NUMBERS, TEXTS, Bar, ColumnDistribution, range_bar
from .html_text import Html, element
from .page_parts import distribution, percent

_MOST_BARS = 24


def side_by_side(new: Sequence[ColumnDistribution], old: Sequence[ColumnDistribution], names: tuple[str, str]) -> Html:
    """A table per column that either job has; ``names`` are those of the new and of the old one."""
    others = {column.name: column for column in old}
    tables = [
        _both(column, others[column.name], names) if column.name in others else distribution(column) for column in new
    ]
    known = {column.name for column in new}
    tables += [distribution(column) for column in old if column.name not in known]
    return element("div", *tables, class_="columns")


def _both(new: ColumnDistribution, old: ColumnDistribution, names: tuple[str, str]) -> Html:
    if TEXTS in (new.kind, old.kind) or not new.bars or not old.bars:
        return element("article", *[distribution(column) for column in ((new,) if new == old else (new, old))])
    pairs = list(_merged(new, old))
    most = max(max(one.count / max(new.count, 1), two.count / max(old.count, 1)) for one, two in pairs) or 1.0
    caption = element("caption", element("h3", new.name), element("p", _words(new, old, names), class_="quiet"))
    head = element("tr", *[element("th", name, scope="col") for name in ("Value", *names)])
    rows = [
        element(
            "tr",
            element("th", one.label, scope="row"),
            _cell(one, new.count, most, "new"),
            _cell(two, old.count, most, "old"),
        )
        for one, two in pairs
    ]
    return element("article", element("table", caption, element("thead", head), element("tbody", *rows), class_="both"))


def _cell(one: Bar, total: int, most: float, which: str) -> Html:
    share = one.count / total if total else 0.0
    fill = element("div", style=f"width:{100 * share / most:.1f}%", class_=which) if one.count else ""
    track = element("div", fill, class_="track", aria_hidden="true")
    return element("td", track, element("span", f"{percent(one.count, total)} ({one.count:,})"))


def _words(new: ColumnDistribution, old: ColumnDistribution, names: tuple[str, str]) -> str:
    parts = []
    for name, column in zip(names, (new, old)):
        mean = f", mean {column.mean:.6g}" if column.mean is not None else ""
        empty = f", {column.empty} empty" if column.empty else ""
        parts.append(f"{name}: {column.count:,} values{empty}{mean}")
    return "; ".join(parts)


def _merged(new: ColumnDistribution, old: ColumnDistribution) -> Iterator[tuple[Bar, Bar]]:
    """The bars of both columns with the same labels, in one order."""
    bounds = [one.low for column in (new, old) for one in column.bars]
    if NUMBERS in (new.kind, old.kind) and None not in bounds:
        yield from _ranges(new, old)
        return
    counts = [{one.label: one for one in column.bars} for column in (new, old)]
    labels = list(dict.fromkeys([*counts[0], *counts[1]]))
    if None not in bounds:
        labels.sort(key=lambda label: (counts[0].get(label) or counts[1][label]).low or 0.0)
    for label in labels:
        one, two = (found.get(label, Bar(label, 0)) for found in counts)
        yield one, two


def _ranges(new: ColumnDistribution, old: ColumnDistribution) -> Iterator[tuple[Bar, Bar]]:
    """Ranges of one width for both: widths are powers of two, so that each range lies within one of the wider ones."""
    widths = [(one.high or 0.0) - (one.low or 0.0) for column in (new, old) for one in column.bars]
    width = max(widths)
    while True:
        counts = [_counted(column, width) for column in (new, old)]
        first, last = min(map(min, counts)), max(map(max, counts))
        if last - first < _MOST_BARS:
            break
        width *= 2
    for at in range(first, last + 1):
        yield range_bar(at, width, counts[0][at]), range_bar(at, width, counts[1][at])


def _counted(column: ColumnDistribution, width: float) -> Counter[int]:
    counts: Counter[int] = Counter()
    for one in column.bars:
        counts[math.floor((one.low or 0.0) / width)] += one.count
    return counts
