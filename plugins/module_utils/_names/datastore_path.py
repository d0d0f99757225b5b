# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Places in a datastore, in the forms in which tasks and the service write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Short, long, and below the datastore's ARM id. Service fact: batch contract 5.2.
_FORMS = re.compile(
    r"(?:azureml://|azureml:/?|/)"
    r"(?:subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)(?:/providers/[^/]+)?"
    r"/workspaces/(?P<workspace>[^/]+)/)?"
    r"datastores/(?P<datastore>[^/]+)/paths/(?P<path>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class DatastorePath:
    """A blob or folder: ``path`` is below the datastore's root and has no slash at its ends.

    ``workspace`` is (subscription, group, name) in lower case, None where the text leaves it to the context.
    """

    datastore: str
    path: str
    workspace: tuple[str, str, str] | None = None

    @property
    def uri(self) -> str:
        """The short form, which means the workspace where it is used."""
        return f"azureml://datastores/{self.datastore}/paths/{self.path}"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def key(self) -> tuple[str, str]:
        """Equal for texts that mean the same place of one workspace: datastore names have no case, blob names do."""
        return self.datastore.lower(), self.path


def read_datastore_path(text: str) -> DatastorePath | None:
    """Read a datastore URI; None when the text is none."""
    match = _FORMS.fullmatch(text)
    if match is None:
        return None
    subscription, group, workspace = match["subscription"], match["group"], match["workspace"]
    home = (subscription.lower(), group.lower(), workspace.lower()) if subscription else None
    return DatastorePath(match["datastore"], match["path"].strip("/"), home)
