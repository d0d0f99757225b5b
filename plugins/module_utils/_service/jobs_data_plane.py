# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The jobs data plane of batch endpoints: lists the jobs of one endpoint, or of one of its deployments."""

from __future__ import annotations

import functools
import typing as t
from urllib.parse import quote

from .._names.json_types import JsonObject
from .paging import read_items

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._names.arm_id import WorkspaceId
    from .clouds import Cloud
    from .credentials import Credentials
    from .http_client import HttpClient

API_VERSION = "2020-09-01-dataplanepreview"


class JobsDataPlane:
    """Reads of the jobs that belong to an endpoint. Service fact: batch contract 6.1, 6.3.

    ``host`` returns the regional host; it may make a request, so it is called with the first read.
    """

    def __init__(
        self,
        http: HttpClient,
        cloud: Cloud,
        credentials: Credentials,
        workspace: WorkspaceId,
        host: Callable[[], str],
    ) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials
        self._workspace = workspace
        self._host = host

    def jobs(self, endpoint: str, deployment: str | None) -> Iterator[JsonObject]:
        """The jobs as the scoring host returns them, each page read when it is reached.

        Raises ServiceError or ConnectionFailed.
        """
        what = f"list the jobs of endpoint {endpoint}"
        host = self._host()
        path = f"{self._workspace.path}/batchEndpoints/{quote(endpoint, safe='')}/jobs"
        url = f"{host}/mferp/managementfrontend{path}?api-version={API_VERSION}"
        if deployment is not None:
            url = f"{url}&deployment={quote(deployment, safe='')}"

        def read(url: str) -> JsonObject:
            token = functools.partial(self._token, url)
            return self._http.send("GET", url, token=token, what=what).json_object(what)

        yield from read_items(url, read, what=what)

    def _token(self, url: str, fresh: bool) -> str:
        return self._credentials.token(self._cloud.ml_audience, to=url, fresh=fresh)
