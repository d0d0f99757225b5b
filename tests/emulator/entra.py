"""Entra ID: token endpoint, OpenID documents, and the check of the tokens it has issued."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .clock import Clock
from .federation import ASSERTION_TYPE, BadAssertion, Federation
from .settings import Settings

LIFETIME = timedelta(hours=1)
MACHINE_LEARNING = "https://ml.azure.com"
STORAGE = "https://storage.azure.com"
_PUBLIC_MANAGEMENT = ("https://management.azure.com", "https://management.core.windows.net")


class AuthError(Exception):
    """A token that is not good enough. `code` is one of missing, malformed, expired, audience."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def expired(expiry: datetime, now: datetime) -> str:
    """ARM's words for a token that has expired. Service fact: operations contract 2.1 (`error_401_expired_token`)."""
    times = " is earlier than current UTC time ".join(f"'{_american(moment)}'" for moment in (expiry, now))
    return f"The access token expiry UTC time {times}."


def _american(moment: datetime) -> str:
    hour, half = moment.hour % 12 or 12, "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {half}"


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    client_id: str
    object_id: str
    tenant_id: str
    name: str = "Emulator Client"


class Entra:
    """Issues and verifies the tokens of one tenant with one registered client."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public = self._key.public_key()
        self.federation = Federation(settings, clock, self._key)
        self._key_id = secrets.token_urlsafe(20)
        self.object_id = str(uuid.uuid4())
        self._verified: dict[bytes, dict[str, Any]] = {}

    @property
    def management_audience(self) -> str:
        return self._settings.url("management")

    def issue(self, audience: str) -> str:
        """A signed access token for `audience`, valid for an hour of virtual time."""
        now = self._clock.now()
        claims = {
            "aud": audience,
            "iss": f"{self._settings.url('login')}/{self._settings.tenant_id}/v2.0",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "appid": self._settings.client_id,
            "oid": self.object_id,
            "sub": self.object_id,
            "tid": self._settings.tenant_id,
            "ver": "1.0",
            "uti": secrets.token_urlsafe(16),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def verify(self, request: Request, audience: str) -> Caller:
        """Who sent `request`, whose bearer token must be for `audience`, or raise AuthError.

        `audience` is "management", or the address of one of the other audiences (MACHINE_LEARNING, STORAGE).
        """
        scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthError(401, "missing", "Authentication failed. The 'Authorization' header is missing.")
        claims = self._claims(token.strip())
        now = self._clock.now()
        if claims["exp"] <= now.timestamp():
            raise AuthError(401, "expired", expired(datetime.fromtimestamp(claims["exp"], timezone.utc), now))
        if self._canonical(claims["aud"]) != audience:
            raise AuthError(401, "audience", "Audiences in JWT are not allowed")
        return Caller(claims["appid"], claims["oid"], claims["tid"])

    def _claims(self, token: str) -> dict[str, Any]:
        """Claims of a token of ours; its signature is checked once. Expiry and audience are the caller's business."""
        digest = hashlib.sha256(token.encode()).digest()
        if digest not in self._verified:
            try:
                self._verified[digest] = jwt.decode(
                    token,
                    self._public,
                    algorithms=["RS256"],
                    options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
                )
            except jwt.PyJWTError as error:
                raise AuthError(401, "malformed", "The access token is invalid.") from error
        return self._verified[digest]

    def _canonical(self, audience: str) -> str | None:
        """Name of the audience of an address; None when the tenant knows no such resource."""
        address = audience.rstrip("/")
        if address in (self.management_audience, *_PUBLIC_MANAGEMENT):
            return "management"
        if address in (MACHINE_LEARNING, STORAGE):
            return address
        return None

    def routes(self) -> list[Route]:
        return [
            *self.federation.routes(),
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route("/{tenant}/oauth2/token", self._token, methods=["POST"]),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._openid),
            Route("/{tenant}/.well-known/openid-configuration", self._openid),
            Route("/{tenant}/discovery/v2.0/keys", self._keys),
            Route("/{tenant}/discovery/keys", self._keys),
        ]

    async def _token(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        form = await request.form()
        field = {name: str(value) for name, value in form.items()}
        second_version = request.url.path.endswith("/v2.0/token")
        audience = field.get("scope", "").removesuffix("/.default") if second_version else field.get("resource", "")
        if tenant != self._settings.tenant_id:
            return self._refuse(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if field.get("grant_type") != "client_credentials":
            return self._refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if field.get("client_id") != self._settings.client_id:
            return self._refuse(
                400,
                "unauthorized_client",
                700016,
                f"Application with identifier '{field.get('client_id')}' was not found in the directory '{tenant}'.",
            )
        if refusal := self._refuse_credential(field):
            return refusal
        if second_version and not field.get("scope", "").endswith("/.default"):
            return self._refuse(400, "invalid_scope", 1002012, "Scope must be a resource address with '/.default'.")
        if self._canonical(audience) is None:
            message = f"The resource principal named {audience} was not found."
            return self._refuse(400, "invalid_resource", 500011, message)
        return self._grant(audience, second_version)

    def _refuse_credential(self, field: Mapping[str, str]) -> Response | None:
        """Why the application has not proved who it is, by its secret or by an assertion; None when it has."""
        if "client_assertion" not in field:
            if secrets.compare_digest(field.get("client_secret", ""), self._settings.client_secret):
                return None
            return self._refuse(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if field.get("client_assertion_type") != ASSERTION_TYPE:
            message = "The request body must contain the following parameter: 'client_assertion_type'."
            return self._refuse(400, "invalid_request", 900144, message)
        try:
            self.federation.check(field["client_assertion"])
        except BadAssertion as error:
            return self._refuse(401, "invalid_client", error.number, error.message)
        return None

    def _grant(self, audience: str, second_version: bool) -> Response:
        seconds = int(LIFETIME.total_seconds())
        answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
        if not second_version:
            now = int(self._clock.now().timestamp())
            answer = {name: str(value) for name, value in answer.items()}
            answer |= {"expires_on": str(now + seconds), "not_before": str(now), "resource": audience}
        answer["access_token"] = self.issue(audience)
        return JSONResponse(answer, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _refuse(self, status: int, error: str, number: int, message: str) -> Response:
        trace = secrets.token_hex(16)
        now = f"{self._clock.now():%Y-%m-%d %H:%M:%SZ}"
        body = {
            "error": error,
            "error_description": f"AADSTS{number}: {message} Trace ID: {trace} Timestamp: {now}",
            "error_codes": [number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": secrets.token_hex(16),
            "error_uri": f"{self._settings.url('login')}/error?code={number}",
        }
        return JSONResponse(body, status, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    async def _openid(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        if tenant != self._settings.tenant_id:
            return self._refuse(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        base = f"{self._settings.url('login')}/{tenant}"
        version = "/v2.0" if "/v2.0/" in request.url.path else ""
        document = {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2{version}/authorize",
            "token_endpoint": f"{base}/oauth2{version}/token",
            "device_authorization_endpoint": f"{base}/oauth2{version}/devicecode",
            "jwks_uri": f"{base}/discovery{version}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "tenant_region_scope": None,
            "cloud_instance_name": "localhost",
        }
        return JSONResponse(document)

    async def _keys(self, request: Request) -> Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._public))
        return JSONResponse({"keys": [{**key, "kid": self._key_id, "use": "sig"}]})
