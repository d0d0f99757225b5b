"""The compute provider words its faults in an envelope of its own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from ..errors import Refused, data_plane_error
from .call import Answer, Call

COMPONENT = "machinelearningcompute"

Handler = Callable[[Call], Awaitable[Answer]]


def worded_by_the_provider(handler: Handler) -> Handler:
    """`handler`, whose refusals have the envelope of the data plane. Service fact: asset contract 14.20."""

    async def handle(call: Call) -> Answer:
        try:
            return await handler(call)
        except Refused as refusal:
            if call.state.policies["compute_errors"] == "management":
                raise
            raise Refused(_reworded(refusal.response)) from refusal

    return handle


def _reworded(refusal: Response) -> Response:
    error = json.loads(bytes(refusal.body))["error"]
    return data_plane_error(
        refusal.status_code,
        error["code"],
        error["message"],
        inner=tuple(_inner_codes(error["additionalInfo"])),
        details=error["details"],
        component=COMPONENT,
        headers={"x-ms-response-type": "error"},
    )


def _inner_codes(additional_info: list[Mapping[str, Any]]) -> Iterator[str]:
    """Codes of a management error from the outer to the innermost one."""
    inner = next((entry["info"]["value"] for entry in additional_info if entry["type"] == "InnerError"), None)
    while inner:
        yield inner["code"]
        inner = inner["innerError"]
