# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What every operation offers an entry point."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._invocation import Result
from .._service.workspace import Workspace


class Operation(t.Protocol):
    """One of the operations, bound to a resource type."""

    def spec(self) -> ArgumentSpec:
        """The options of the operation for its resource type, without those that all modules share."""

    def run(self, workspace: Workspace) -> Result:
        """Carry out the task from which the workspace was opened. Raises AzureMLError."""
