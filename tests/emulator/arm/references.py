"""What refers to what: whether a deployment uses a compute or an asset."""

from __future__ import annotations

from ..errors import Refused, management_error
from ..state import State
from .call import Call


def refuse_when_used(call: Call, path: str) -> None:
    """(A6, A 1.8)"""
    if call.state.policies["delete_in_use"] == "409" and _is_used(call.state, path):
        message = f"'{path.rsplit('/', 1)[1]}' is used by a deployment and cannot be deleted."
        raise Refused(management_error(409, "UserError", message, inner=("Conflict",)))


def _is_used(state: State, path: str) -> bool:
    asked = path.lower()
    for endpoint in state.resources.children(state.workspace("batchEndpoints")):
        for deployment in state.resources.children(f"{endpoint.path}/deployments"):
            used = deployment.properties
            references = [
                used["compute"],
                used["environmentId"],
                (used["model"] or {}).get("assetId"),
                (used["codeConfiguration"] or {}).get("codeId"),
            ]
            if any(text and f"{text.lower()}/".startswith(f"{asked}/") for text in references):
                return True
    return False
