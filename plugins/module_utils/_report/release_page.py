# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The report of a release or a rollback as one HTML page, made of its record alone."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from .._checks.verdict import Verdict
from .._releases.record import CANDIDATE, FAILED, RELEASED, ROLLBACK, ROLLED_BACK, Release
from .distribution import Bar, ColumnDistribution
from .html_text import Html, element, joined, link
from .page_parts import badge, document, duration, facts, rules, sample_table, section, tiles
from .side_by_side import side_by_side

_PHASES = {CANDIDATE: "The candidate", "endpoint": "Through the endpoint, after the switch"}
_WORDS = {
    CANDIDATE: "Passed, and waits for the switch",
    RELEASED: "Released",
    FAILED: "Failed",
    ROLLED_BACK: "Released, and rolled back later",
}


def release_page(release: Release) -> str:
    """The whole page. The same record gives the same page."""
    what = "Rollback" if release.kind == ROLLBACK else "Release"
    title = f"{what} {release.id} of {release.endpoint}"
    return document(title, joined(*_header(release)), joined(*_sections(release)))


def _header(release: Release) -> Iterator[Html]:
    words = _WORDS.get(release.status, f"On its way ({release.status})")
    if release.kind == ROLLBACK and release.status == RELEASED:
        words = "Rolled back"
    yield element("p", badge(release.status not in (FAILED,), words), " ", release.reason or "")
    former = f", after {release.former}" if release.former else ", the first default deployment"
    yield element("p", f"Deployment {release.deployment}{former}. Started by {release.author}.", class_="quiet")


def _sections(release: Release) -> Iterator[Html]:
    for phase, check in release.checks.items():
        yield _check(_PHASES.get(phase, phase), check)
    yield section("What changed", _changes(release))
    if CANDIDATE in release.checks:
        yield from _rows(release.checks[CANDIDATE], (release.deployment, release.former or "before"))
    yield section("Timeline", _timeline(release.events))
    yield section("Jobs", _jobs(release))


def _check(title: str, check: Mapping[str, t.Any]) -> Html:
    seconds = check["duration"]
    numbers = [("Rows", check["row_count"]), ("Duration", None if seconds is None else duration(seconds))]
    parts = [tiles(numbers), rules([Verdict(**rule) for rule in check["rules"]])]
    if check["comparison"]:
        parts += [element("h3", "Compared with the former default deployment"), facts(check["comparison"])]
    if check["expected"]:
        parts += [element("h3", "Against expected values"), facts(check["expected"])]
    return section(title, *parts)


def _rows(check: Mapping[str, t.Any], names: tuple[str, str]) -> Iterator[Html]:
    new, old = _columns(check["columns"]), _columns(check["other_columns"])
    if new or old:
        yield section("Predictions", side_by_side(new, old, names))
    farthest = (check["comparison"] or {}).get("differences")
    if farthest:
        yield section("Numbers that differ most", sample_table(farthest))


def _columns(stored: Sequence[Mapping[str, t.Any]]) -> list[ColumnDistribution]:
    return [
        ColumnDistribution(**{**column, "bars": [Bar(**stored_bar) for stored_bar in column["bars"]]})
        for column in stored
    ]


def _changes(release: Release) -> Html:
    if release.former is None:
        return element("p", "The endpoint had no default deployment.")
    if not release.changes:
        return element("p", f"{release.deployment} has the same options as {release.former}.")
    names = ("Option", release.former, release.deployment)
    head = element("tr", *[element("th", name, scope="col") for name in names])
    rows = [
        element(
            "tr",
            element("th", change["option"], scope="row"),
            element("td", _value(change["before"])),
            element("td", _value(change["after"])),
        )
        for change in release.changes
    ]
    table = element("table", element("thead", head), element("tbody", *rows))
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="What changed")


def _value(value: t.Any) -> str:
    """Of an id the part that is not the same in the whole workspace."""
    text = "none" if value is None else str(value)
    return text.rpartition("/providers/Microsoft.MachineLearningServices/workspaces/")[2].partition("/")[2] or text


def _timeline(events: Sequence[Mapping[str, str]]) -> Html:
    lines = [
        element("li", element("strong", one["event"]), " ", element("span", one["at"], class_="quiet"))
        for one in events
    ]
    return element("ol", *lines, class_="timeline")


def _jobs(release: Release) -> Html:
    studio = {check["job"]: check["studio_url"] for check in release.checks.values()}
    lines = [element("li", f"{phase}: ", element("code", key)) for phase, key in release.jobs.items()]
    lines += [element("li", link(url, f"Job {job} in the studio")) for job, url in studio.items() if url]
    return element("ul", *lines) if lines else element("p", "No job was started.")
