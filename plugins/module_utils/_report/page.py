# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The report of a job as one HTML page, which needs nothing from outside and runs no script."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from .._checks.comparison import COMPARE_TO
from .._checks.expectation import EXPECTED
from .._checks.verdict import Verdict, number_of
from .distribution import NUMBERS, TEXTS, Bar, ColumnDistribution
from .html_text import Html, element, joined, link
from .job_report import JobReport, Span
from .style import STYLE

_AGAINST = {COMPARE_TO: "the other job", EXPECTED: "expected values"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: JobReport) -> str:
    """The whole page. The same report gives the same page."""
    job = report.job
    title = f"Scoring job {job.name}"
    head = joined(
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element("style", Html(STYLE)),
    )
    body = joined(
        element("header", element("h1", title), _result(report), _origin(report)),
        element("main", *_sections(report)),
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _sections(report: JobReport) -> Iterator[Html]:
    yield _section("Numbers", _tiles(list(_numbers(report))))
    yield _section("Rules", _rules(report.verdicts))
    if report.comparison is not None:
        yield _section("Comparison with another job", _facts(report.comparison))
    if report.expected is not None:
        yield _section("Against expected values", _facts(report.expected))
    yield _section("Predictions", *_columns(report))
    yield _section("Failures of the scoring script", _failures(report))
    yield _section("Timeline", _timeline(report.timeline))
    yield _section("Links", _links(report))


def _section(title: str, *content: Html) -> Html:
    return element("section", element("h2", title), *content)


def _result(report: JobReport) -> Html:
    failed = sum(not verdict.passed for verdict in report.verdicts)
    words = f"{failed} of {number_of(len(report.verdicts), 'rules')} failed" if failed else "All rules passed"
    return element("p", _badge(not failed, words), " ", f"The job is {report.job.status}.")


def _origin(report: JobReport) -> Html:
    job = report.job
    deployment = f", deployment {job.deployment}" if job.deployment else ""
    return element("p", f"Endpoint {job.endpoint or 'unknown'}{deployment}", class_="quiet")


def _badge(is_good: bool, words: str) -> Html:
    return element("span", words, class_="good" if is_good else "bad")


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numbers(report: JobReport) -> Iterator[tuple[str, t.Any]]:
    yield "Rows", report.row_count
    if report.counts is not None:
        items, batches = report.counts.items, report.counts.mini_batches
        yield "Items", items.total
        yield "Items that failed", items.failed
        yield "Mini batches", batches.total
        yield "Mini batches retried", batches.retried
    yield "Duration", None if report.seconds is None else _duration(report.seconds)


def _tiles(numbers: Sequence[tuple[str, t.Any]]) -> Html:
    tiles = [element("div", element("dt", name), element("dd", _number(value))) for name, value in numbers]
    return element("dl", *tiles, class_="tiles")


def _facts(values: Mapping[str, t.Any]) -> Html:
    """Numbers as tiles, those of another job in a group, and texts in a line. Unknown ones are left out."""
    numbers = [(name, value) for name, value in values.items() if isinstance(value, (int, float))]
    texts = [f"{name} {value}" for name, value in values.items() if isinstance(value, str)]
    groups = [(name, value) for name, value in values.items() if isinstance(value, Mapping)]
    return joined(
        element("p", ", ".join(texts), class_="quiet") if texts else "",
        _tiles([(name.replace("_", " ").capitalize(), value) for name, value in numbers]),
        *[joined(element("h3", f"The {name} job"), _facts(value)) for name, value in groups],
    )


def _number(value: t.Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _duration(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


# -- rules -------------------------------------------------------------------------------------------------------------


def _rules(verdicts: Sequence[Verdict]) -> Html:
    ordered = sorted(verdicts, key=lambda verdict: verdict.passed)
    return element("ul", *[element("li", _verdict(verdict)) for verdict in ordered], class_="rules")


def _verdict(verdict: Verdict) -> Html:
    subjects = (verdict.column, _AGAINST.get(verdict.against or ""))
    name = ", ".join([verdict.rule.replace("_", " "), *(subject for subject in subjects if subject)])
    line = joined(_badge(verdict.passed, "passed" if verdict.passed else "failed"), " ", element("strong", name))
    samples = _samples(verdict.samples) if verdict.samples else ""
    return joined(line, element("p", verdict.message), samples)


def _samples(samples: Sequence[Mapping[str, t.Any]]) -> Html:
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


# -- predictions -------------------------------------------------------------------------------------------------------


def _columns(report: JobReport) -> Iterator[Html]:
    if not report.columns:
        yield element("p", "The job has no rows.")
    yield element("div", *map(_column, report.columns), class_="columns")
    if report.left_out:
        yield element("p", f"{number_of(report.left_out, 'columns')} more are not shown.", class_="quiet")


def _column(column: ColumnDistribution) -> Html:
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
    rows = [_bar(one, most, column.count) for one in column.bars]
    return element(
        "article", element("table", caption, element("thead", head), element("tbody", *rows), class_=classes)
    )


def _bar(one: Bar, most: int, total: int) -> Html:
    fill = element("div", style=f"width:{100 * one.count / most:.1f}%") if one.count else ""
    track = element("div", fill, class_="track", aria_hidden="true")
    return element(
        "tr",
        element("th", one.label, scope="row"),
        element("td", f"{one.count:,}"),
        element("td", track, element("span", _percent(one.count, total))),
    )


def _percent(count: int, total: int) -> str:
    share = 100 * count / total if total else 0.0
    return f"{share:.1f} %" if share >= 0.05 or not count else "< 0.1 %"


# -- failures, timeline, links -----------------------------------------------------------------------------------------


def _failures(report: JobReport) -> Html:
    if not report.failures:
        return element("p", "The logs show no error of the script.")
    head = element("tr", element("th", "Message", scope="col"), element("th", "Times", scope="col"))
    rows = [element("tr", element("td", message), element("td", f"{count:,}")) for message, count in report.failures]
    return element("table", element("thead", head), element("tbody", *rows), class_="failures")


def _timeline(spans: Sequence[Span]) -> Html:
    if not spans:
        return element("p", "The service has no times of this job.")
    total = max(span.end for span in spans) or 1.0
    return element("ol", *[_span(span, total) for span in spans], class_="timeline")


def _span(span: Span, total: float) -> Html:
    place = f"margin-left:{100 * span.start / total:.2f}%;width:{100 * (span.end - span.start) / total:.2f}%"
    words = f"{_duration(span.end - span.start)}, from {span.started} to {span.ended}"
    track = element("div", element("div", style=place), class_="track", aria_hidden="true")
    return element("li", element("strong", span.name), " ", element("span", words, class_="quiet"), track)


def _links(report: JobReport) -> Html:
    studio = report.job.studio_url
    entries = [element("li", "Output: ", element("code", report.location))]
    if studio:
        entries.insert(0, element("li", link(studio, "The job in the studio")))
    return element("ul", *entries)
