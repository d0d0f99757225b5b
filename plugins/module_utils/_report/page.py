# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The report of a job as one HTML page, which needs nothing from outside and runs no script."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence

from .._checks.verdict import number_of
from .html_text import Html, element, joined, link
from .job_report import JobReport, Span
from .page_parts import badge, distribution, document, duration, facts, rules, sample_table, section, tiles


def page(report: JobReport) -> str:
    """The whole page. The same report gives the same page."""
    title = f"Scoring job {report.job.name}"
    return document(title, joined(_result(report), _origin(report)), joined(*_sections(report)))


def _sections(report: JobReport) -> Iterator[Html]:
    yield section("Numbers", tiles(list(_numbers(report))))
    yield section("Rules", rules(report.verdicts))
    if report.comparison is not None:
        farthest = report.comparison.get("differences")
        more = [element("h3", "Numbers that are the farthest apart"), sample_table(farthest)] if farthest else []
        yield section("Comparison with another job", facts(report.comparison), *more)
    if report.expected is not None:
        yield section("Against expected values", facts(report.expected))
    yield section("Predictions", *_columns(report))
    yield section("Failures of the scoring script", _failures(report))
    yield section("Timeline", _timeline(report.timeline))
    yield section("Links", _links(report))


def _result(report: JobReport) -> Html:
    failed = sum(not verdict.passed for verdict in report.verdicts)
    words = f"{failed} of {number_of(len(report.verdicts), 'rules')} failed" if failed else "All rules passed"
    return element("p", badge(not failed, words), " ", f"The job is {report.job.status}.")


def _origin(report: JobReport) -> Html:
    job = report.job
    deployment = f", deployment {job.deployment}" if job.deployment else ""
    return element("p", f"Endpoint {job.endpoint or 'unknown'}{deployment}", class_="quiet")


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numbers(report: JobReport) -> Iterator[tuple[str, t.Any]]:
    yield "Rows", report.row_count
    if report.counts is not None:
        items, batches = report.counts.items, report.counts.mini_batches
        yield "Items", items.total
        yield "Items that failed", items.failed
        yield "Mini batches", batches.total
        yield "Mini batches retried", batches.retried
    yield "Duration", None if report.seconds is None else duration(report.seconds)


# -- predictions -------------------------------------------------------------------------------------------------------


def _columns(report: JobReport) -> Iterator[Html]:
    if not report.columns:
        yield element("p", "The job has no rows.")
    yield element("div", *map(distribution, report.columns), class_="columns")
    if report.left_out:
        yield element("p", f"{number_of(report.left_out, 'columns')} more are not shown.", class_="quiet")


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
    words = f"{duration(span.end - span.start)}, from {span.started} to {span.ended}"
    track = element("div", element("div", style=place), class_="track", aria_hidden="true")
    return element("li", element("strong", span.name), " ", element("span", words, class_="quiet"), track)


def _links(report: JobReport) -> Html:
    studio = report.job.studio_url
    entries = [element("li", "Output: ", element("code", report.location))]
    if studio:
        entries.insert(0, element("li", link(studio, "The job in the studio")))
    return element("ul", *entries)
