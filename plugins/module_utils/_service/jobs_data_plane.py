# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The data-plane front end of batch endpoints: the jobs of one endpoint, or of one of its deployments."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._errors import ConnectionFailed, ServiceError
from .clouds import origin

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._names.arm_id import WorkspaceId
    from .clouds import Cloud
    from .credentials import Credentials
    from .http_client import HttpClient

API_VERSION = "2020-09-01-dataplanepreview"


class JobsDataPlane:
    """Service fact: batch contract 6.1, 6.3. ``host`` tells the regional host when first asked."""

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

    def jobs(self, endpoint: str, deployment: str | None) -> Iterator[dict[str, t.Any]]:
        """The jobs as the scoring host tells them, page by page. Raises ServiceError or ConnectionFailed."""
        what = f"list the jobs of endpoint {endpoint}"
        host = self._host()
        path = f"{self._workspace.path}/batchEndpoints/{quote(endpoint, safe='')}/jobs"
        url: str | None = f"{host}/mferp/managementfrontend{path}?api-version={API_VERSION}"
        if deployment is not None:
            url = f"{url}&deployment={quote(deployment, safe='')}"
        seen = set()
        while url:
            seen.add(url)
            page = self._http.send("GET", url, token=self._token, what=what).json()
            if not isinstance(page, dict):
                raise ConnectionFailed(f"Could not {what}: the answer is not a JSON object.", sent=True)
            yield from page.get("value") or ()
            url = page.get("nextLink")
            if url and (url in seen or origin(url) != origin(host)):
                raise ServiceError(f"Could not {what}: the link to the next page leads in a circle or to another host.")

    def _token(self, fresh: bool) -> str:
        return self._credentials.token(self._cloud.ml_audience, fresh=fresh)
