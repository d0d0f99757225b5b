# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""URIs of storage in assets: their forms, when two of them are the same, and where uploaded files are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .arm_id import WorkspaceId
from .datastore_path import DatastorePath, read_datastore_path
from .url import split_signature

_CLOUD = re.compile(r"[a-z][a-z0-9+.-]*://|azureml:|runs:/", re.IGNORECASE)
_JOB_OUTPUT = re.compile(
    r"(?:azureml://jobs/(?P<job>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths(?=/|$))?|runs:/(?P<run>[^/]+))"
    r"(?:/(?P<path>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_REPLICA = re.compile(r"^ServiceReplicated/[^/]+/")
_ARTIFACTS, _ARTIFACT_STORE = "artifacts", "workspaceartifactstore"


def is_cloud(text: str) -> bool:
    """Whether the text is a URI or reference of the cloud, and not a local path."""
    return _CLOUD.match(text) is not None


def datastore_uri(workspace: WorkspaceId, datastore: str, path: str) -> str:
    """A path in a datastore in its long form, as the official SDK writes it. Service fact: assets contract 6, 8.1."""
    return (
        f"azureml://subscriptions/{workspace.subscription_id}/resourcegroups/{workspace.resource_group}"
        f"/workspaces/{workspace.name}/datastores/{datastore}/paths/{path}"
    )


def long_form(text: str, workspace: WorkspaceId) -> str | None:
    """The long form of a path in a datastore; None for any other text. A short form belongs to ``workspace``."""
    place = read_datastore_path(text)
    if place is None:
        return None
    home = workspace if place.workspace is None or place.workspace == workspace else place.workspace
    return datastore_uri(home, place.datastore, place.path)


@dataclass(frozen=True)
class JobOutput:
    """A file or folder among the outputs of a job, or (``output`` is ``artifacts``) among what its run has logged.

    ``path`` begins at the root of the output and has no slash at its ends.
    """

    job: str
    output: str
    path: str

    def is_at(self, place: DatastorePath) -> bool:
        """True if this place holds the output.

        What the run has logged is in a store of its own (assets contract 14.15). The place of a named output is up to
        the job; by default it is below the names of the job and of the output.
        """
        if self.output == _ARTIFACTS:
            return place.key == (_ARTIFACT_STORE, "/".join(filter(None, (f"ExperimentRun/dcid.{self.job}", self.path))))
        return f"/{place.path}".endswith("/".join(filter(None, (f"/{self.job}", self.output, self.path))))


def read_job_output(text: str) -> JobOutput | None:
    """Parse a reference to the output of a job, in the forms of Azure ML and of MLflow; None for any other text."""
    match = _JOB_OUTPUT.fullmatch(text)
    if match is None:
        return None
    return JobOutput(match["job"] or match["run"], match["output"] or _ARTIFACTS, (match["path"] or "").strip("/"))


def same_place(one: str, other: str, workspace: WorkspaceId) -> bool:
    """True for URIs of the same place. The service answers the output of a job with its place in the workspace."""
    first, second = read_job_output(one), read_job_output(other)
    if first and second:
        return first == second
    output, place = first or second, read_datastore_path(other if first else one)
    if output and place:
        return place.workspace in (None, workspace) and output.is_at(place)
    return comparison_key(one, workspace) == comparison_key(other, workspace)


def comparison_key(text: str, workspace: WorkspaceId) -> str:
    """Equal for URIs of the same place, if neither is the output of a job.

    Service fact: assets contract 8.1 and 12. The service returns the short form as the long one, with another case of
    ``resourceGroups``, and it may copy a model (14.8). Only paths in a datastore have a case. The default port, a
    slash at the end and the signature of a URL do not count.
    """
    if uri := long_form(text, workspace):
        head, mark, path = uri.partition("/paths/")
        return f"{head.lower()}{mark}{_REPLICA.sub('', path)}"
    return re.sub(r"(https://[^/?]*):443(?=[/?]|$)", r"\1", split_signature(text)[0].rstrip("/"))


def upload_place(object_hash: str, name: str) -> str:
    """Where the official SDK and this collection upload local files in a datastore.

    Service fact: assets contract 8.3.
    """
    return f"LocalUpload/{object_hash}/{name}"


def upload_hash(uri: str) -> str | None:
    """The content hash in the URI of files at an ``upload_place``; None for any other URI."""
    match = re.search(r"/LocalUpload/(?P<hash>[0-9a-f]{32,64})(?=/|$)", uri)
    return match["hash"] if match else None
