# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The job whose results a task reads."""

from __future__ import annotations

from .._errors import InvalidOption
from .._schema.resource_type import Options
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .job import Job
from .lookup import JobLookup


def ended_job(workspace: Workspace, datastores: Datastores, options: Options, within: str = "") -> Job | None:
    """The job that these options name (``lookup_options``). Raises InvalidOption if there is none that has ended.

    In check mode it returns None and warns instead, as an earlier task would start the job or wait for it. ``within``
    is the option that holds these options, with a dot at its end, for messages.
    """
    lookup = JobLookup(workspace, datastores, options)
    job = lookup.find()
    if job is not None and job.has_ended:
        return job
    complaint = (
        f"{within}{lookup.absent}"
        if job is None
        else f"{within}name: job {job.name} is {job.status}, and has results once it has ended. Wait for it first."
    )
    if not workspace.invocation.check_mode:
        raise InvalidOption(complaint)
    workspace.invocation.warn(f"{complaint} The run will fail unless an earlier task does.")
    return None
