"""The error envelopes of the service, and `Refused` to leave a handler with one of them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .clock import timestamp
from .settings import REGION


class Json(JSONResponse):
    """A JSON answer with the content type that every service names. Service fact: batch contract 1."""

    media_type = "application/json; charset=utf-8"


class Refused(Exception):
    """Ends a request with the given answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def answer_refusal(_request: Request, refusal: Exception) -> Response:
    """Exception handler for every application of the emulator (`exception_handlers={Refused: answer_refusal}`)."""
    assert isinstance(refusal, Refused)
    return refusal.response


def management_error(
    status: int,
    code: str,
    message: str,
    *,
    inner: Sequence[str] = (),
    details: Sequence[Mapping[str, Any]] = (),
    region: str = REGION,
) -> Json:
    """Error of the resource provider behind ARM; `inner` runs from the outer to the innermost code.

    Service fact: batch contract 9.1, asset contract 1.5.
    """
    extra = [
        _info("ComponentName", "managementfrontend"),
        _info("Correlation", _correlation()),
        _info("Environment", region),
        _info("Location", region),
        _info("Time", timestamp(datetime.now(timezone.utc))),
    ]
    if inner:
        extra.append(_info("InnerError", _nested(inner)))
    error = {
        "code": code,
        "message": message,
        "details": [{**detail, "details": [], "additionalInfo": []} for detail in details],
        "additionalInfo": extra,
    }
    return Json({"error": error}, status, headers={"x-ms-response-type": "error"})


def gateway_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Json:
    """Error of ARM itself: the resource provider never saw the call. Service fact: asset contract 1.5.2."""
    body = {"error": {"code": code, "message": message}}
    return Json(body, status, headers={"x-ms-failure-cause": "gateway", **(headers or {})})


def resource_not_found(path: str) -> Json:
    """404 of ARM itself for a resource that it does not know. Service fact: asset contract 1.5.2, batch contract 14.4.

    `path` is the ARM path of the resource.
    """
    parts = path.strip("/").split("/")
    message = (
        f"The Resource '{'/'.join(parts[5:])}' under resource group '{parts[3]}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return gateway_error(404, "ResourceNotFound", message)


def parent_not_found(path: str) -> Json:
    """404 of ARM itself below a resource that it does not know. Service fact: asset contract 1.5.2.

    `path` is the ARM path of the parent.
    """
    name = "/".join(path.strip("/").split("/")[7::2])
    message = f"Can not perform requested operation on nested resource. Parent resource '{name}' not found."
    return gateway_error(404, "ParentResourceNotFound", message)


def data_plane_error(
    status: int,
    code: str,
    message: str,
    *,
    target: str | None = None,
    inner: Sequence[str] = (),
    details: Sequence[Mapping[str, Any]] = (),
    component: str = "batch-endpoint",
    debug: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    region: str = REGION,
) -> Json:
    """Error of the scoring host, the run history, the data-plane front end or the compute provider.

    Service fact: batch contract 9.2, asset contract 14.20.
    """
    error: dict[str, Any] = {
        "code": code,
        "severity": None,
        "message": message,
        "messageFormat": None,
        "messageParameters": None,
        "referenceCode": None,
        "detailsUri": None,
        "target": target,
        "details": list(details),
        "innerError": _nested(inner) if inner else None,
        "debugInfo": debug,
        "additionalInfo": None,
    }
    body = {
        "error": error,
        "correlation": _correlation(),
        "environment": region,
        "location": region,
        "time": timestamp(datetime.now(timezone.utc)),
        "componentName": component,
    }
    return Json(body, status, headers=dict(headers or {}))


def storage_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Error of the blob service. Service fact: asset contract 1.5.6."""
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    )
    return Response(body, status, headers={"x-ms-error-code": code, **(headers or {})}, media_type="application/xml")


def validation_error(subject: str, problems: Sequence[Mapping[str, Any]]) -> Json:
    """400 with a JSON array inside its message text; `subject` is "Endpoint", "Deployment", ...

    Service fact: batch contract 9.1 (`error_400_deployment_validation`).
    """
    inner = ("BadArgument", "ArgumentInvalid", "InvalidInputArguments")
    return management_error(400, "UserError", validation_message(subject, problems), inner=inner)


def validation_message(subject: str, problems: Sequence[Mapping[str, Any]]) -> str:
    """The text of a validation error, in either plane. Service fact: batch contract 9.1, 14.8."""
    return (
        f"The {subject} request provided has the following validation errors. "
        f"Please resolve them and try again.\nErrors:\n{json.dumps(list(problems), indent=2)}\n"
    )


def debug_info(message: str) -> dict[str, Any]:
    """The 12 kB that the data plane adds to some errors: stack traces and names of internal hosts.

    Service fact: batch contract 14.32 (`error_invoke_unknown_datastore`).
    """
    host = "https://data-store.vienna-eastus.svc:8443/datastore/v1.0"
    line = "   at Microsoft.MachineLearning.Common.WebApi.Client.Invoke(Uri uri) in /src/Client.cs:line 217\r\n"
    text = f"Received 404 from a service request to {host}: {message} "
    return {
        "type": "Microsoft.MachineLearning.Common.Core.ServiceInvocationException",
        "message": text + "Response headers: " + "x" * (3900 - len(text)),
        "stackTrace": line * (4000 // len(line)),
        "innerException": None,
        "data": {},
        "errorResponse": {"error": {"code": "UserError", "message": message, "debugInfo": {"stackTrace": line * 30}}},
    }


def binding_error(faults: Sequence[str]) -> Json:
    """400 for a body that the front end could not bind. Service fact: batch contract 14.9."""
    details = [{"code": "RequestInvalid", "message": fault} for fault in faults]
    return management_error(400, "UserError", "Request is invalid and/or missing fields.", details=details)


def _info(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "info": {"value": value}}


def _correlation() -> dict[str, str]:
    return {"operation": secrets.token_hex(16), "request": secrets.token_hex(8)}


def _nested(codes: Sequence[str]) -> dict[str, Any] | None:
    node: dict[str, Any] | None = None
    for code in reversed(codes):
        node = {"code": code, "innerError": node}
    return node
