"""Microsoft.Authorization: the caller's permissions, role and deny assignments, role definitions; and who is refused.

Service fact: operations contract 3.1, 3.1.1.
"""

from __future__ import annotations

import re
from typing import Any

from ..access import Access, Assignment, Role
from ..entra import Caller
from ..errors import Refused, gateway_error
from ..settings import PROVIDER
from .call import Answer

PATH = re.compile(
    r"(?P<scope>.*)/providers/Microsoft\.Authorization/"
    r"(?P<kind>permissions|roleAssignments|denyAssignments|roleDefinitions)(?:/(?P<name>[^/]+))?/?",
    re.IGNORECASE,
)
_NAMESPACE = "Microsoft.Authorization"
_ASSIGNED = re.compile(r"assignedTo\('(?P<principal>[^']+)'\)", re.IGNORECASE)
_EQUAL = re.compile(r"principalId eq '(?P<principal>[^']+)'", re.IGNORECASE)
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


def answer(access: Access, caller: Caller, found: re.Match[str], filter_text: str) -> Answer:
    """What a GET of such a path answers. Raises Refused."""
    scope, kind = found["scope"] or "/", found["kind"].lower()
    spelled = next(one for one in _KINDS if one.lower() == kind)
    require(access, caller, f"{_NAMESPACE}/{spelled}/read", scope)
    if kind == "permissions":
        return Answer(200, {"value": access.permissions(caller.object_id, scope)})
    if kind == "roledefinitions":
        role = access.role(found["name"] or "")
        if role is None:
            message = f"The specified role definition with ID '{found['name']}' does not exist."
            raise Refused(gateway_error(404, "RoleDefinitionDoesNotExist", message))
        return Answer(200, _role_view(role, scope))
    return Answer(200, {"value": _assignments(access, scope, filter_text, deny=kind == "denyassignments")})


_KINDS = ("permissions", "roleAssignments", "denyAssignments", "roleDefinitions")


def require(access: Access, caller: Caller, action: str, scope: str) -> None:
    """Raises Refused unless the caller may do this at a scope."""
    if not access.allows(caller.object_id, action, scope):
        raise Refused(
            gateway_error(
                403,
                "AuthorizationFailed",
                f"The client '{caller.client_id}' with object id '{caller.object_id}' does not have authorization to "
                f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently "
                "granted, please refresh your credentials.",
            )
        )


def action_of(method: str, types: tuple[str, ...]) -> str:
    """The action that a request needs, by ARM's rule: types without names, and what is done to the last of them."""
    if method == "POST":
        return "/".join([PROVIDER, *types, "action"])
    return "/".join([PROVIDER, *types, _VERBS.get(method, "read")])


def _assignments(access: Access, scope: str, filter_text: str, *, deny: bool) -> list[dict[str, Any]]:
    """Those at the scope, above and, without `atScope()`, below it; of one principal if the filter names one."""
    assigned, equal = _ASSIGNED.search(filter_text), _EQUAL.search(filter_text)
    only_above = "atscope()" in filter_text.lower()
    found = []
    for one in access:
        below = Assignment(scope, "", one.role).reaches(one.scope) and not only_above
        if one.deny != deny or not (one.reaches(scope) or below):
            continue
        if assigned and one.principal.lower() != assigned["principal"].lower():
            continue
        if equal and (one.through_group or one.principal.lower() != equal["principal"].lower()):
            continue
        found.append(_deny_view(one) if deny else _view(one))
    return found


def _view(one: Assignment) -> dict[str, Any]:
    return {
        "id": f"{one.scope}/providers/{_NAMESPACE}/roleAssignments/{one.name}",
        "name": one.name,
        "type": f"{_NAMESPACE}/roleAssignments",
        "properties": {
            "roleDefinitionId": _role_path(one.role, one.scope),
            "principalId": one.group if one.through_group else one.principal,
            "principalType": "Group" if one.through_group else "ServicePrincipal",
            "scope": one.scope,
            "condition": None,
            "conditionVersion": None,
        },
    }


def _deny_view(one: Assignment) -> dict[str, Any]:
    return {
        "id": f"{one.scope}/providers/{_NAMESPACE}/denyAssignments/{one.name}",
        "name": one.name,
        "type": f"{_NAMESPACE}/denyAssignments",
        "properties": {
            "denyAssignmentName": "Deny",
            "permissions": [one.role.permission.view()],
            "scope": one.scope,
            "doNotApplyToChildScopes": False,
            "principals": [{"id": one.group if one.through_group else one.principal, "type": "ServicePrincipal"}],
            "excludePrincipals": [],
            "isSystemProtected": True,
        },
    }


def _role_view(role: Role, scope: str) -> dict[str, Any]:
    return {
        "id": _role_path(role, scope),
        "name": role.id,
        "type": f"{_NAMESPACE}/roleDefinitions",
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole" if role.built_in else "CustomRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [role.permission.view()],
        },
    }


def _role_path(role: Role, scope: str) -> str:
    subscription = re.match(r"/subscriptions/[^/]+", scope, re.IGNORECASE)
    return f"{subscription[0] if subscription else ''}/providers/{_NAMESPACE}/roleDefinitions/{role.id}"
