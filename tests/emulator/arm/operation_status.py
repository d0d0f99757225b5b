"""The URLs that show the status of a long-running operation, below the region, not below the workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..settings import PROVIDER
from ..state import State
from .call import Answer, Call
from .operations import COMPUTE, MFE, MFE_RESULT, REGISTRY, WORKSPACE, Operation, Operations


async def mfe(call: Call) -> Answer:
    """Service fact: batch contract 2.2."""
    operations = _owner(call).operations
    return Answer(200, operations.mfe_status(operations.find(MFE, call.names[1], call.raw_query)))


async def mfe_result(call: Call) -> Answer:
    """Service fact: batch contract 2.2 (202 with the same Location, then 200 without a body)."""
    state = _owner(call)
    operation = state.operations.find(MFE_RESULT, call.names[1], call.raw_query)
    if not state.operations.shown_running(operation):
        return Answer(200)
    settings = state.settings
    path = f"/subscriptions/{settings.subscription_id}/providers/{PROVIDER}/locations/{settings.region}"
    url = f"{settings.url('management')}{path}/{MFE_RESULT}/{operation.name}?{call.raw_query}"
    return Answer(202, {}, {"Location": url})


def _plain(kind: str) -> Callable[[Call], Awaitable[Answer]]:
    async def plain(call: Call) -> Answer:
        """Service fact: asset contract 2.2, 3.2."""
        operations = _owner(call).operations
        operation = operations.find(kind, call.names[1], call.raw_query)
        if operation.result is not None and call.query.get("type") == "location":
            return _result(call, operations, operation)
        return Answer(200, operations.plain_status(operation))

    return plain


def _result(call: Call, operations: Operations, operation: Operation) -> Answer:
    """Service fact: operations contract 3.2 (202 without a body and with both URLs, then the result)."""
    if not operations.shown_running(operation):
        return Answer(200, operation.result)
    place, _mark, _query = call.url(call.path).partition("?")
    status = operations.url(operation, WORKSPACE, call.api_version, "async")
    return Answer(202, None, {"Location": f"{place}?{call.raw_query}", "Azure-AsyncOperation": status})


def _owner(call: Call) -> State:
    """The workspace whose operation a URL names; any other knows as little of it."""
    return next((state for state in call.reach if state.operations.knows(call.names[1])), call.state)


ROUTES = {
    f"GET locations/*/{MFE}/*": mfe,
    f"GET locations/*/{MFE_RESULT}/*": mfe_result,
    f"GET locations/*/{COMPUTE}/*": _plain(COMPUTE),
    f"GET locations/*/{WORKSPACE}/*": _plain(WORKSPACE),
    f"GET locations/*/{REGISTRY}/*": _plain(REGISTRY),
}
