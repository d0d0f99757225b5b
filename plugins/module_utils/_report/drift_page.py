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
from .page_parts import badge, document, section


def drift_page(workspace: str, compared: int, findings: t.Sequence[JsonObject]) -> str:
    """The whole page. The same findings give the same page."""
    number = len(findings)
    words = f"{number} difference{'s' if number > 1 else ''}" if findings else "No difference"
    header = element("p", badge(not findings, words), f" {compared} resources were compared.")
    kinds = dict.fromkeys(str(one["kind"]) for one in findings)
    return document(f"Workspace {workspace}", header, joined(*(_of_kind(kind, findings) for kind in kinds)))


def _of_kind(kind: str, findings: t.Sequence[JsonObject]) -> Html:
    lines = (_line(one) for one in findings if one["kind"] == kind)
    return section(kind.capitalize(), element("ul", *lines, class_="rules"))


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
