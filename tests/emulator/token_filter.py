"""How the scoring host refuses a token: a filter before the service answers, in plain text.

Service fact: batch contract 14.10. The host is Envoy, whose JWT filter has these fixed texts.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_TEXTS = {
    "missing": "Jwt is missing",
    "malformed": "Jwt verification fails",
    "expired": "Jwt is expired",
    "audience": "Audiences in Jwt are not allowed",
}


def token_refusal(code: str, status: int, url: str) -> Response:
    """Answer to a request for `url` whose token is refused; `code` is that of an AuthError."""
    challenge = f'Bearer realm="{url}"' + ("" if code == "missing" else ', error="invalid_token"')
    return PlainTextResponse(
        _TEXTS[code], status, headers={"WWW-Authenticate": challenge, "Server": "azureml-frontdoor"}
    )


def address_of(request: Request) -> str:
    """The URL of a request without its query."""
    return str(request.url).partition("?")[0]
