# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The options of the modules that publish versions of assets."""

from __future__ import annotations

import typing as t

from .._schema.asset_type import AssetType
from .._schema.component_spec import REFERENCES
from .argument_spec import ArgumentSpec, resource_options
from .definition import Definition
from .desired_version import OF_FOLDERS
from .prerequisite import predicted_option
from .usage_options import usage_options


def asset_spec(asset: AssetType) -> ArgumentSpec:
    """The options of the module that publishes versions of an asset."""
    arguments: dict[str, t.Any] = {
        "state": {"type": "str", "choices": ["present", "absent", "archived"], "default": "present"},
        "version": {"type": "str"},
        **resource_options(asset),
        **usage_options(asset),
    }
    if asset.upload and asset.upload.to == "datastore":
        arguments["datastore"] = {"type": "str"}
    if asset.upload and asset.upload.to == "pending":
        arguments.update({name: {"type": "list", "elements": "str"} for name in OF_FOLDERS})
    if asset.spec_at:
        arguments.update({name: {"type": kind} for name, kind in REFERENCES.items()})
        arguments.update(predicted_option())
    one_version = tuple(("state", state, ("version",)) for state in ("absent", "archived"))
    definition = Definition(
        asset,
        arguments,
        extra=tuple(option for option in ("datastore", *OF_FOLDERS) if option in arguments),
        local=asset.local,
        content=asset.spec_at is not None,
    )
    return ArgumentSpec(arguments, required_if=one_version, mutually_exclusive=asset.exclusive, definition=definition)
