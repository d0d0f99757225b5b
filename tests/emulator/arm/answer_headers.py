"""The headers of every answer of ARM: ids, cluster, what is left of the rates."""

from __future__ import annotations

import secrets
import time
import uuid

from starlette.responses import Response

from ..state import State

_BUCKETS = {"reads": (249, 3749), "writes": (199, 2999), "deletes": (199, 2999)}
_FIRST_BUCKETS = {"reads": (11999, 0), "writes": (1199, 0), "deletes": (14999, 0)}
"""What a subscription has left in a bucket, and over all regions (0: not shown). Service fact: asset contract 1.4."""

_DEPLOYMENTS = "x-ms-ratelimit-remaining-subscription-resource-requests"


def add_headers(state: State, response: Response, bucket: str, seconds: float, left: int | None) -> None:
    """Add what every answer carries; `bucket` is what the request counts in.

    `seconds` is how long it took, `left` what remains of a budget in force. Service fact: batch contract 1, asset
    contract 1.4.
    """
    headers = response.headers
    correlation = str(uuid.uuid4())
    headers["Cache-Control"] = "no-cache"
    headers["Pragma"] = "no-cache"
    headers["Expires"] = "-1"
    headers["x-ms-request-id"] = str(uuid.uuid4())
    headers["x-ms-correlation-request-id"] = correlation
    headers["x-ms-routing-request-id"] = f"EASTUS:{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}:{correlation}"
    if "x-ms-failure-cause" in headers:
        return
    headers.setdefault("x-ms-response-type", "standard")
    headers["x-request-time"] = f"{seconds:.3f}"
    first = state.policies["generation"] == "G1"
    if not first:
        headers["Vary"] = "Accept-Encoding"
        headers["x-ms-operation-identifier"] = (
            f"tenantId={state.settings.tenant_id},objectId={state.entra.object_id}/{state.settings.region}/{uuid.uuid4()}"
        )
    headers["x-aml-cluster" if first else "azureml-served-by-cluster"] = "vienna-eastus-01"
    if _DEPLOYMENTS in headers:
        headers[_DEPLOYMENTS] = headers[_DEPLOYMENTS] if left is None else str(left)
    else:
        most, most_global = (_FIRST_BUCKETS if first else _BUCKETS)[bucket]
        remaining = most - secrets.randbelow(5) if left is None else left
        headers[f"x-ms-ratelimit-remaining-subscription-{bucket}"] = str(remaining)
        if most_global:
            headers[f"x-ms-ratelimit-remaining-subscription-global-{bucket}"] = str(most_global - secrets.randbelow(5))
