# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters about references and results. Each is documented in the file of its name beside this one."""

from __future__ import annotations

import html
import re
import typing as t
import uuid

from ansible.errors import AnsibleFilterError
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId, parse
from ansible_collections.mlops.azureml.plugins.module_utils._names.references import expand

WORKSPACE = ("subscription_id", "resource_group", "workspace_name")
COLLECTIONS = {
    "model": "models",
    "environment": "environments",
    "data": "data",
    "code": "codes",
    "component": "components",
    "compute": "computes",
    "datastore": "datastores",
}
FORMATS = ("text", "markdown", "html")


def resource_id(reference: str, kind: str, workspace: t.Mapping[str, str]) -> str:
    """The full id that a short form means. Raises AnsibleFilterError."""
    missing = [name for name in WORKSPACE if not workspace.get(name)]
    if missing:
        raise AnsibleFilterError(f"resource_id: the workspace lacks {', '.join(missing)}. Give azureml_connection.")
    if kind not in COLLECTIONS:
        raise AnsibleFilterError(f"resource_id: {kind!r} is no kind. Write one of {', '.join(COLLECTIONS)}.")
    try:
        return str(
            expand(str(reference), COLLECTIONS[kind], WorkspaceId(*(str(workspace[name]) for name in WORKSPACE)))
        )
    except ValueError as error:
        raise AnsibleFilterError(f"resource_id: {error}.") from None


def short_reference(resource: str) -> str:
    """The short form of a full id. Raises AnsibleFilterError."""
    found = parse(str(resource))
    if found is None or found.collection is None:
        raise AnsibleFilterError(f"short_reference: {str(resource)!r} is no id of a resource in a workspace.")
    if found.registry is not None:
        return str(found)  # there is no shorter form
    marks = f":{found.version}" if found.version else f"@{found.label}" if found.label else ""
    return f"azureml:{found.name}{marks}"


def unique_output_path(folder: str, datastore: str = "workspaceblobstore", name: str = "predictions.csv") -> str:
    """A path in a datastore that no other call returns. Raises AnsibleFilterError."""
    inner = str(folder).strip("/")
    if not inner or ".." in inner.split("/") or re.search(r"[/:]", datastore) or "/" in name:
        raise AnsibleFilterError("unique_output_path: give a folder inside the datastore, and names without slashes.")
    return f"azureml://datastores/{datastore}/paths/{inner}/{uuid.uuid4().hex}/{name}"


def rows_table(
    rows: t.Sequence[t.Any],
    format: str = "text",  # noqa: A002 - it is what a template writes
    columns: t.Sequence[str] | None = None,
) -> str:
    """Rows (maps, or lists of cells) as a table. Raises AnsibleFilterError."""
    if format not in FORMATS:
        raise AnsibleFilterError(f"rows_table: {format!r} is no format. Write one of {', '.join(FORMATS)}.")
    names = list(columns) if columns is not None else _columns(rows)
    cells = [[_text(value) for value in _cells(row, names)] for row in rows]
    return {"text": _as_text, "markdown": _as_markdown, "html": _as_html}[format]([str(name) for name in names], cells)


def _columns(rows: t.Sequence[t.Any]) -> list[str]:
    if rows and not isinstance(rows[0], t.Mapping):
        return [str(number + 1) for number in range(max(len(row) for row in rows))]
    return list(dict.fromkeys(str(name) for row in rows for name in row))


def _cells(row: t.Any, names: t.Sequence[str]) -> list[t.Any]:
    if isinstance(row, t.Mapping):
        return [row.get(name) for name in names]
    if isinstance(row, str) or not isinstance(row, t.Sequence):
        raise AnsibleFilterError("rows_table: a row is a map or a list of cells.")
    if len(row) > len(names):
        raise AnsibleFilterError(f"rows_table: a row has {len(row)} cells, and there are {len(names)} columns.")
    return [*row, *[None] * (len(names) - len(row))]


def _text(value: t.Any) -> str:
    return "" if value is None else re.sub(r"\s+", " ", str(value))


def _as_text(names: list[str], cells: list[list[str]]) -> str:
    widths = [max(len(line[at]) for line in [names, *cells]) for at in range(len(names))]
    lines = [names, ["-" * width for width in widths], *cells]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def _as_markdown(names: list[str], cells: list[list[str]]) -> str:
    lines = [names, ["---"] * len(names), *cells]
    escaped = [[cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped)


def _as_html(names: list[str], cells: list[list[str]]) -> str:
    def line(texts: list[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in texts)}</tr>"

    return f"<table>{line(names, 'th')}{''.join(line(texts, 'td') for texts in cells)}</table>"


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {
            "resource_id": resource_id,
            "short_reference": short_reference,
            "unique_output_path": unique_output_path,
            "rows_table": rows_table,
        }
