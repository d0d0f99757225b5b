"""An identity provider that the tenant trusts: a pipeline gets assertions there and presents them at sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .clock import Clock
from .settings import Settings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "repo:emulator/emulator:ref:refs/heads/main"
LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class BadAssertion(Exception):
    """An assertion that the sign-in service refuses: the number and the text of its error."""

    number: int
    message: str


class Federation:
    """Issues assertions, and judges those that are presented. Service fact: asset contract 14.34."""

    def __init__(self, settings: Settings, clock: Clock, key: rsa.RSAPrivateKey) -> None:
        self._settings = settings
        self._clock = clock
        self._key = key
        self._public = key.public_key()

    @property
    def issuer(self) -> str:
        return f"{self._settings.url('login')}/federation"

    def issue(self, audience: str = AUDIENCE, subject: str = SUBJECT) -> str:
        """A signed assertion, valid for ten minutes of virtual time."""
        now = int(self._clock.now().timestamp())
        claims = {"iss": self.issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now}
        claims["exp"] = now + int(LIFETIME.total_seconds())
        return jwt.encode(claims, self._key, algorithm="RS256")

    def check(self, assertion: str) -> None:
        """Raise BadAssertion unless `assertion` is one that the registered application's federated credential names."""
        claims = self._claims(assertion)
        for number, name, expected in (
            (700211, "iss", self.issuer),
            (700213, "sub", SUBJECT),
            (700212, "aud", AUDIENCE),
        ):
            if claims.get(name) != expected:
                part = {"iss": "issuer", "sub": "subject", "aud": "audience"}[name]
                message = (
                    f"No matching federated identity record found for presented assertion {part} '{claims.get(name)}'. "
                    "Check your federated identity credential Subject, Audience and Issuer against the presented "
                    "assertion."
                )
                raise BadAssertion(number, message)
        now = self._clock.now()
        if not claims.get("nbf", 0) <= now.timestamp() < claims.get("exp", 0):
            since, until = (datetime.fromtimestamp(claims.get(name, 0), now.tzinfo) for name in ("nbf", "exp"))
            message = (
                "Client assertion is not within its valid time range. "
                f"Current time: {now:%Y-%m-%dT%H:%M:%S.%fZ}, assertion valid from {since:%Y-%m-%dT%H:%M:%S.%fZ}, "
                f"expiry time of assertion {until:%Y-%m-%dT%H:%M:%S.%fZ}."
            )
            raise BadAssertion(700024, message)

    def _claims(self, assertion: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                assertion,
                self._public,
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError as error:
            raise BadAssertion(700027, "Client assertion failed signature validation.") from error
        except jwt.PyJWTError as error:
            raise BadAssertion(50027, "JWT token is invalid or malformed.") from error

    def routes(self) -> list[Route]:
        """What a pipeline asks for its assertion, as GitHub's identity provider answers it."""

        async def token(request: Request) -> Response:
            asked = request.query_params
            return JSONResponse({"value": self.issue(asked.get("audience", AUDIENCE), asked.get("subject", SUBJECT))})

        return [Route("/federation/token", token)]
