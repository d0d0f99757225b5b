# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""An operation that runs as a part of another one, with options of its own and the same connections."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._cache import Cache
from .._clock import Clock
from .._engine.argument_spec import ArgumentSpec, connection_options
from .._errors import InvalidOption
from .._invocation import Invocation, Result
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .operation import Operation


class SubInvocation:
    """The invocation of the task around, with other options."""

    def __init__(self, outer: Invocation, options: Options) -> None:
        self._outer = outer
        self.options = options
        self.check_mode: bool = outer.check_mode
        self.cache: Cache = outer.cache
        self.clock: Clock = outer.clock

    @property
    def is_watched(self) -> bool:
        return self._outer.is_watched

    def warn(self, message: str) -> None:
        self._outer.warn(message)

    def progress(self, message: str) -> None:
        self._outer.progress(message)

    def underway(self, note: str) -> t.ContextManager[None]:
        return self._outer.underway(note)

    def register_secret(self, secret: str) -> None:
        self._outer.register_secret(secret)


def checked_options(spec: ArgumentSpec, given: Options, within: str) -> dict[str, t.Any]:
    """The options with their defaults, as a module would read them. Raises InvalidOption, naming ``within``."""
    validator = ArgumentSpecValidator(
        spec.arguments,
        mutually_exclusive=[list(group) for group in spec.mutually_exclusive],
        required_one_of=[list(group) for group in spec.required_one_of],
        required_if=[list(rule) for rule in spec.required_if],
        required_by={option: list(others) for option, others in spec.required_by.items()},
    )
    checked = validator.validate({name: value for name, value in given.items() if value is not None})
    if checked.error_messages:
        raise InvalidOption(f"{within}: {'; '.join(checked.error_messages)}. Nothing was changed.")
    return dict(checked.validated_parameters)


def within(workspace: Workspace, options: Options) -> Workspace:
    """The workspace for a part of the task, whose options are these and those that connect."""
    outer = workspace.invocation
    connection = {name: outer.options.get(name) for name in connection_options()}
    return workspace.for_part(SubInvocation(outer, {**connection, **options}))


def run_within(workspace: Workspace, operation: Operation, options: Options) -> Result:
    """Run an operation with checked options. Raises what it raises."""
    return operation.run(within(workspace, options))
