# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The findings about a workspace as a page."""

from __future__ import annotations

import json
import typing as t

from .._names.json_types import JsonObject
from .html_text import Html, element, joined
from .style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def drift_page(workspace: str, compared: int, findings: t.Sequence[JsonObject]) -> str:
    """The whole page. The same findings give the same page."""
    title = f"Workspace {workspace}"
    head = joined(
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        element("title", title),
        element("style", Html(STYLE)),
    )
    number = len(findings)
    words = f"{number} difference{'s' if number > 1 else ''}" if findings else "No difference"
    badge = element("span", words, class_="bad" if findings else "good")
    header = element("header", element("h1", title), element("p", badge, f" {compared} resources were compared."))
    sections = (_section(kind, findings) for kind in dict.fromkeys(one["kind"] for one in findings))
    body = joined(header, element("main", *sections))
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _section(kind: str, findings: t.Sequence[JsonObject]) -> Html:
    lines = (_line(one) for one in findings if one["kind"] == kind)
    return element("section", element("h2", kind.capitalize()), element("ul", *lines, class_="rules"))


def _line(one: JsonObject) -> Html:
    where = f" {one['path']}" if one["path"] else ""
    parts = [element("h3", f"{one['name']}{where} "), element("p", one["finding"], class_="quiet")]
    if one["path"]:
        parts.append(element("p", f"is {_shown(one['current'])}, should be {_shown(one['desired'])}"))
    if one["reason"]:
        parts.append(element("p", one["reason"]))
    return element("li", *parts)


def _shown(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
