# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""An entry of a list that a role hands to a module: its options, read as the module itself will read them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._errors import InvalidOption
from .._names.dotted_path import get_at
from .._schema.resource_type import Options, ResourceType
from .argument_spec import ArgumentSpec
from .definition import NAME, Document, read_document


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry.

    - ``at``: its place in the task, e.g. ``models.0``
    - ``options``: complete, with those of its definition, and with defaults
    """

    at: str
    resource: ResourceType
    options: Options

    @property
    def name(self) -> str:
        return str(self.options["name"])

    @property
    def version(self) -> str | None:
        return t.cast("str | None", self.options.get("version"))

    @property
    def table(self) -> ResourceType:
        """The table of the kind that the entry gives, or of the kind of a new resource."""
        kinds = self.resource.kinds
        return kinds.tables[self.options[kinds.option] or kinds.default] if kinds else self.resource

    @property
    def lacking(self) -> list[str]:
        """The options that a new resource needs and the entry does not give."""
        described = self.options.get(NAME) or {}
        return [
            field.option
            for field in self.table.fields
            if field.needed and get_at(self.options, field.option) is None and field.option not in described
        ]


def read_entry(
    at: str,
    given: Options,
    resource: ResourceType,
    spec: ArgumentSpec,
    register_secret: t.Callable[[str], None],
    **fixed: str,
) -> Entry:
    """Read an entry. ``fixed``: options that the role sets, which a definition may repeat but not change.

    Raises InvalidOption for whatever the module would refuse before its first request.
    """
    document = None if given.get(NAME) is None else read_document(given[NAME])
    _refuse_others(document, fixed)
    opened = spec.opened()
    checked = ArgumentSpecValidator(
        opened.arguments,
        mutually_exclusive=[list(group) for group in opened.mutually_exclusive],
        required_together=[list(group) for group in opened.required_together],
        required_one_of=[list(group) for group in opened.required_one_of],
        required_if=[list(rule) for rule in opened.required_if],
        required_by={option: list(others) for option, others in opened.required_by.items()},
    ).validate({**given, **fixed})
    if checked.error_messages:
        raise InvalidOption("; ".join(checked.error_messages))
    options = dict(checked.validated_parameters)
    if document is not None:
        options[NAME] = document
    return Entry(at, resource, spec.completed(options, register_secret))


def _refuse_others(document: Document | None, fixed: t.Mapping[str, str]) -> None:
    for option, value in fixed.items():
        other = document.tree.get(option) if document else None
        if other not in (None, value):
            raise InvalidOption(
                f"{NAME}.{option}: the definition is for {other}, the role for {value}. Correct one of them."
            )
