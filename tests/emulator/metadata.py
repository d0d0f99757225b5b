"""ARM's description of the cloud that it belongs to, in the forms that clients ask for."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .errors import gateway_error
from .settings import Settings

CLOUD_NAME = "AzureMLEmulator"
# Clients derive the audience of the scoring host from the portal's suffix: portal.azure.com -> ml.azure.com.
PORTAL = "https://portal.azure.com"


def routes(settings: Settings) -> list[Route]:
    """The metadata endpoint, open to everyone."""

    async def endpoints(request: Request) -> Response:
        api_version = request.query_params.get("api-version", "")
        if api_version == "2015-01-01":
            return JSONResponse(_first_form(settings))
        if api_version >= "2018-05-01":
            return JSONResponse([_newest_form(settings)] if api_version < "2020-06-01" else _newest_form(settings))
        message = f"The api-version '{api_version}' is invalid."
        return gateway_error(400, "InvalidApiVersionParameter", message)

    return [Route("/metadata/endpoints", endpoints)]


def _authentication(settings: Settings) -> dict[str, Any]:
    return {
        "loginEndpoint": settings.url("login"),
        "audiences": [f"{settings.url('management')}/", settings.url("management")],
        "tenant": "common",
        "identityProvider": "AAD",
    }


def _first_form(settings: Settings) -> dict[str, Any]:
    return {
        "galleryEndpoint": settings.url("management"),
        "graphEndpoint": settings.url("login"),
        "portalEndpoint": PORTAL,
        "authentication": {
            "loginEndpoint": f"{settings.url('login')}/",
            "audiences": _authentication(settings)["audiences"],
        },
    }


def _newest_form(settings: Settings) -> dict[str, Any]:
    return {
        "name": CLOUD_NAME,
        "portal": PORTAL,
        "authentication": _authentication(settings),
        "resourceManager": f"{settings.url('management')}/",
        "graph": settings.url("login"),
        "graphAudience": settings.url("login"),
        "microsoftGraphResourceId": settings.url("login"),
        "gallery": settings.url("management"),
        "batch": settings.url("management"),
        "media": settings.url("management"),
        "sqlManagement": settings.url("management"),
        "suffixes": {
            "storage": f"localhost:{settings.ports['blob']}",
            "keyVaultDns": "vault.localhost",
            "sqlServerHostname": "database.localhost",
            "acrLoginServer": "azurecr.localhost",
            "mhsmDns": "managedhsm.localhost",
        },
    }
