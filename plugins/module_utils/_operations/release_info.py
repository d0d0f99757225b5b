# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_release_info``: the records of an endpoint's releases and rollbacks."""

from __future__ import annotations

from .._engine.argument_spec import ArgumentSpec
from .._errors import InvalidOption
from .._invocation import Result
from .._releases.record import STATUSES
from .._releases.release_store import ReleaseStore
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_endpoint import BATCH_ENDPOINT
from .info import queried


class ReleaseInfo:
    """Lists records, the newest first. Changes nothing."""

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                "endpoint_name": {"type": "str", "required": True},
                "name": {"type": "str"},
                "deployment_name": {"type": "str"},
                "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
                "last": {"type": "int"},
                "query": {"type": "str"},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        BATCH_ENDPOINT.name_rule.check("endpoint_name", options["endpoint_name"], BATCH_ENDPOINT.label)
        last: int | None = options["last"]
        if last is not None and last < 1:
            raise InvalidOption(f"last: {last} is not possible. Give 1 or more.")
        store = ReleaseStore(options["endpoint_name"], Datastores(workspace))
        entries = [
            one
            for one in reversed(store.entries())
            if options["name"] in (None, one.id)
            and options["deployment_name"] in (None, one.deployment)
            and (options["status"] is None or one.status in options["status"])
        ]
        shown = [store.read(entry.id).release.shown() for entry in entries[:last]]
        return Result(
            False, {"batch_releases": shown if options["query"] is None else queried(options["query"], shown)}
        )
