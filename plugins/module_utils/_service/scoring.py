# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The scoring host of a batch endpoint: the request that starts a job, and costs money each time."""

from __future__ import annotations

import functools
import typing as t

from .._errors import ConnectionFailed, Delivery

if t.TYPE_CHECKING:
    from .clouds import Cloud
    from .credentials import Credentials
    from .http_client import HttpClient

# Answers were recorded after 2 to 4.4 s (batch contract 5.4). Whether a job was started is unknown after a timeout.
ANSWER_TIMEOUT = 180.0
# The official SDK sends the second; which one the service reads is not known (batch contract 5.1, open question 12).
REPEATABILITY_HEADERS = ("repeatability-request-id", "repeatability_request-id")
DEPLOYMENT_HEADER = "azureml-model-deployment"


class Scoring:
    """Starts scoring jobs, with a token for the audience of Azure Machine Learning."""

    def __init__(self, http: HttpClient, cloud: Cloud, credentials: Credentials) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials

    def prepare(self, scoring_uri: str) -> None:
        """Get the token of the next request, so that it cannot fail then.

        Raises CredentialError, also for a host that gets no token.
        """
        self._token(scoring_uri, False)

    def submit(
        self, scoring_uri: str, body: dict[str, t.Any], *, deployment: str | None, request_id: str, what: str
    ) -> dict[str, t.Any]:
        """Start one job and return it as the service describes it.

        Not repeated once the request may have been processed: the service may or may not recognise ``request_id``.

        :param scoring_uri: as the endpoint returns it
        :param deployment: the deployment to use in place of the default one
        :raises ServiceError: the service refuses; the job may still have been started if the status is UNCERTAIN
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
            token=functools.partial(self._token, scoring_uri),
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

    def _token(self, scoring_uri: str, fresh: bool) -> str:
        return self._credentials.token(self._cloud.ml_audience, to=scoring_uri, fresh=fresh)
