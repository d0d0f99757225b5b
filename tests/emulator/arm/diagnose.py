"""Diagnosis of a workspace: what it finds is prescribed by the switch `diagnose_findings`.

Service fact: operations contract 3.2.
"""

from __future__ import annotations

from typing import Any

from .call import Answer, Call
from .operations import WORKSPACE
from .shapes import Field, Json, shape

# Section of the request -> section of the answer, in the order of the answer.
_SECTIONS = {
    "udr": "userDefinedRouteResults",
    "nsg": "networkSecurityRuleResults",
    "resourceLock": "resourceLockResults",
    "dnsResolution": "dnsResolutionResults",
    "storageAccount": "storageAccountResults",
    "keyVault": "keyVaultResults",
    "containerRegistry": "containerRegistryResults",
    "applicationInsights": "applicationInsightsResults",
    "requiredResourceProviders": "9",
    "others": "otherResults",
}
_MESSAGE = "The check of {section} of the workspace has found something."
REQUEST = shape(Field("value", Json(dict, "an object"), default={}))


async def diagnose(call: Call) -> Answer:
    """Start it; the URL in `Location` answers the findings when it has ended."""
    asked = (call.bind(REQUEST, "Diagnose").get("value") if call.body is not None else None) or dict.fromkeys(_SECTIONS)
    operation = call.state.operations.start("", lambda _succeeded: None, subject=call.state.settings.workspace_name)
    operation.result = {"value": _results(call, asked)}
    url = call.state.operations.url(operation, WORKSPACE, call.api_version, "location")
    return Answer(202, None, {"Location": url})


def _results(call: Call, asked: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """A list for each section that was asked for."""
    findings = call.state.policies.pairs("diagnose_findings")
    results: dict[str, list[dict[str, str]]] = {}
    for section, name in _SECTIONS.items():
        if section in asked:
            code, _colon, level = findings.get(section, "").partition(":")
            found = {"code": code, "level": level or "Error", "message": _MESSAGE.format(section=section)}
            results[name] = [found] if code else []
    return results


ROUTES = {"POST diagnose": diagnose}
