"""Names that a PUT gives, and the answer to one that breaks the rule."""

from __future__ import annotations

import re

from starlette.responses import Response

from ..errors import Refused, management_error, validation_error
from .call import Call

_SPECIFIED = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}")


def check_name(call: Call, subject: str, name: str) -> None:
    """Refused when the specification's rule for items does not let `name` through. Service fact: asset contract 1.2."""
    if not _SPECIFIED.fullmatch(name):
        raise Refused(bad_name(call, subject, name, "The name must match ^[a-zA-Z0-9][a-zA-Z0-9\\-_]{0,254}$."))


def bad_name(call: Call, subject: str, name: str, rule: str) -> Response:
    """400; how the service words it is open. (A7, B15)"""
    if call.state.policies["bad_name_body"] == "plain":
        return management_error(400, "UserError", f"The {subject.lower()} name '{name}' is invalid. {rule}")
    problem = {
        "PropertyName": "Name",
        "ErrorMessage": rule,
        "AttemptedValue": name,
        "ErrorCode": "RegularExpressionValidator",
    }
    return validation_error(subject, [problem])
