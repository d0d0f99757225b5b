# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Publish a component with the assets that its definition describes inline."""

from __future__ import annotations

from .._engine.inline_publication import ComponentPublication
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .._types.component import COMPONENT
from .publish import Publish


class PublishComponent(Publish):
    """The operation of components, whose definitions may describe code, environments and steps inline."""

    def __init__(self) -> None:
        super().__init__(COMPONENT)

    def publication(self, options: Options, workspace: Workspace) -> ComponentPublication:
        return ComponentPublication.read(options, workspace)
