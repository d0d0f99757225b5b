# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The scoring host of a batch endpoint: one call, which costs money each time it is made."""

from __future__ import annotations

import typing as t

from .._errors import ConnectionFailed, Delivery

if t.TYPE_CHECKING:
    from .clouds import Cloud
    from .credentials import Credentials
    from .http_client import HttpClient

# Answers were recorded after 2 to 4.4 s (batch contract 5.4); a slow one must not become a lost one.
ANSWER_TIMEOUT = 180.0
# Clients disagree about the spelling, and the service's choice is not known (batch contract 5.1).
REPEATABILITY_HEADERS = ("repeatability-request-id", "repeatability_request-id")
DEPLOYMENT_HEADER = "azureml-model-deployment"


class Scoring:
    """Starts scoring jobs as the caller's identity, with a token made for the machine-learning service."""

    def __init__(self, http: HttpClient, cloud: Cloud, credentials: Credentials) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials

    def make_ready(self) -> None:
        """Get the token for a call that is going to be made. Raises CredentialError."""
        self._token(False)

    def submit(
        self, scoring_uri: str, body: dict[str, t.Any], *, deployment: str | None, request_id: str, what: str
    ) -> dict[str, t.Any]:
        """Start one job and return its resource as the service describes it.

        Never sent again once it may have been processed: the service may or may not recognise ``request_id``.

        :param scoring_uri: as the endpoint tells it
        :param deployment: the deployment to use in place of the endpoint's default
        :raises ServiceError: the service refuses; from status 500 on the job may have been started nevertheless
        :raises ConnectionFailed: no usable answer; unless its ``delivery`` is NOT_SENT the job may have been started

        Service fact: batch contract 5.1, 5.4.
        """
        headers = dict.fromkeys(REPEATABILITY_HEADERS, request_id)
        if deployment is not None:
            headers[DEPLOYMENT_HEADER] = deployment
        answer = self._http.send(
            "POST",
            scoring_uri,
            json=body,
            headers=headers,
            token=self._token,
            safe_to_repeat=False,
            timeout=ANSWER_TIMEOUT,
            what=what,
        )
        job = answer.json()
        if not isinstance(job, dict) or not job.get("name"):
            raise ConnectionFailed(
                f"Could not {what}: the answer (status {answer.status}) names no job.",
                delivery=Delivery.ANSWERED,
                url=answer.url,
            )
        return job

    def _token(self, fresh: bool) -> str:
        return self._credentials.token(self._cloud.ml_audience, fresh=fresh)
