"""The 404 for a version or a container of assets that does not exist, which each kind words in its own way."""

from __future__ import annotations

from starlette.responses import Response

from ..errors import management_error
from .asset_kinds import MODEL, AssetKind
from .call import Call

_NOT_FOUND = "The specified resource was not found."


def no_container(kind: AssetKind, call: Call) -> Response:
    """Service fact: asset contract 1.5, 14.19 (only models keep the code in `details`)."""
    message = kind.absent_container.format(label=kind.label, name=call.names[0])
    code = f"{kind.label}NotFound"
    if kind is MODEL:
        return _in_details(code, message)
    if kind.absent_container_codes:
        return management_error(404, "UserError", message, inner=kind.absent_container_codes)
    return call.not_found(code, message)


def no_version(kind: AssetKind, call: Call) -> Response:
    """Service fact: asset contract 14.1 for models. (A3)"""
    name, version = call.names[:2]
    if kind is MODEL:
        settings = call.state.settings
        message = (
            f"There is no registered model in Account Subscription: {settings.subscription_id}, "
            f"ResourceGroup: {settings.resource_group}, Workspace: {settings.workspace_name} with id {name}:{version}"
        )
        return _in_details("NoSuchModelRegistered", message)
    message = f"{kind.label} with name: {name} and version: {version} not found."
    return call.not_found(f"{kind.label}NotFound", message)


def _in_details(code: str, message: str) -> Response:
    return management_error(404, "UserError", _NOT_FOUND, details=[{"code": code, "message": message}])
