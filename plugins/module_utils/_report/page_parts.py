# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Parts of the pages of reports: numbers, rules, distributions."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._checks.comparison import COMPARE_TO
from .._checks.expectation import EXPECTED
from .._checks.verdict import Verdict, number_of
from .distribution import NUMBERS, TEXTS, Bar, ColumnDistribution
from .html_text import Html, element, joined
from .style import STYLE

_AGAINST = {COMPARE_TO: "the other job", EXPECTED: "expected values"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, header: Html, main: Html) -> str:
    """A whole page, which needs nothing from outside and runs no script."""
    head = joined(
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element("style", Html(STYLE)),
    )
    body = joined(element("header", element("h1", title), header), element("main", main))
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def section(title: str, *content: Html) -> Html:
    """A section of the page."""
    return element("section", element("h2", title), *content)


def badge(is_good: bool, words: str) -> Html:
    """A word on a coloured ground."""
    return element("span", words, class_="good" if is_good else "bad")


def tiles(numbers: Sequence[tuple[str, t.Any]]) -> Html:
    """Numbers by name, in large type."""
    tiles = [element("div", element("dt", name), element("dd", number(value))) for name, value in numbers]
    return element("dl", *tiles, class_="tiles")


def facts(values: Mapping[str, t.Any]) -> Html:
    """Numbers as tiles, those of another job in a group, and texts in a line. Unknown ones are left out."""
    numbers = [(name, value) for name, value in values.items() if isinstance(value, (int, float))]
    texts = [f"{name} {value}" for name, value in values.items() if isinstance(value, str)]
    groups = [(name, value) for name, value in values.items() if isinstance(value, Mapping)]
    return joined(
        element("p", ", ".join(texts), class_="quiet") if texts else "",
        tiles([(name.replace("_", " ").capitalize(), value) for name, value in numbers]),
        *[joined(element("h3", f"The {name} job"), facts(value)) for name, value in groups],
    )


def number(value: t.Any) -> str:
    """A number as text; None is not known."""
    if value is None:
        return "not known"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def duration(seconds: float) -> str:
    """Seconds as hours, minutes and seconds."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def rules(verdicts: Sequence[Verdict]) -> Html:
    """All rules, those that failed first."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.passed)
    return element("ul", *[element("li", _verdict(verdict)) for verdict in ordered], class_="rules")


def _verdict(verdict: Verdict) -> Html:
    subjects = (verdict.column, _AGAINST.get(verdict.against or ""))
    name = ", ".join([verdict.rule.replace("_", " "), *(subject for subject in subjects if subject)])
    line = joined(badge(verdict.passed, "passed" if verdict.passed else "failed"), " ", element("strong", name))
    shown = sample_table(verdict.samples) if verdict.samples else ""
    return joined(line, element("p", verdict.message), shown)


def sample_table(samples: Sequence[Mapping[str, t.Any]]) -> Html:
    """Rows of the same keys as a table that opens."""
    names = list(dict.fromkeys(name for sample in samples for name in sample))
    head = element("tr", *[element("th", name.replace("_", " "), scope="col") for name in names])
    rows = [element("tr", *[element("td", _value(sample.get(name))) for name in names]) for sample in samples]
    table = element("table", element("thead", head), element("tbody", *rows))
    summary = element("summary", number_of(len(samples), "samples"))
    return element(
        "details", summary, element("div", table, class_="wide", tabindex="0", role="region", aria_label="Samples")
    )


def _value(value: t.Any) -> str:
    return "null" if value is None else str(value)


def distribution(column: ColumnDistribution) -> Html:
    """The distribution of one column, with its bars."""
    parts = [number_of(column.count, "values")]
    parts += [f"{column.empty} empty"] if column.empty else []
    if column.least is not None and column.mean is not None and column.most is not None:
        parts += [f"least {column.least:.6g}", f"mean {column.mean:.6g}", f"most {column.most:.6g}"]
    if column.kind == TEXTS:
        parts += [f"too many different ones to show, such as {', '.join(column.examples)}"]
    caption = element("caption", element("h3", column.name), element("p", ", ".join(parts), class_="quiet"))
    if column.kind == TEXTS or not column.bars:
        return element("article", element("h3", column.name), element("p", ", ".join(parts), class_="quiet"))
    most = max(one.count for one in column.bars)
    kind, classes = ("Range", "bars ranges") if column.kind == NUMBERS else ("Value", "bars")
    head = element("tr", *[element("th", name, scope="col") for name in (kind, "Rows", "Share")])
    rows = [bar_line(one, most, column.count) for one in column.bars]
    return element(
        "article", element("table", caption, element("thead", head), element("tbody", *rows), class_=classes)
    )


def bar_line(one: Bar, most: int, total: int) -> Html:
    """One line of a distribution."""
    fill = element("div", style=f"width:{100 * one.count / most:.1f}%") if one.count else ""
    track = element("div", fill, class_="track", aria_hidden="true")
    return element(
        "tr",
        element("th", one.label, scope="row"),
        element("td", f"{one.count:,}"),
        element("td", track, element("span", percent(one.count, total))),
    )


def percent(count: int, total: int) -> str:
    """A share of a total in percent."""
    share = 100 * count / total if total else 0.0
    return f"{share:.1f} %" if share >= 0.05 or not count else "< 0.1 %"
