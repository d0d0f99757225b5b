"""Assets of registries on the regional host: discovery, versions, places to upload to, import and its URLs.

Service fact: operations contract 4.1, 4.2.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .arm.shapes import Field, Flag, Json, Problems, Shape, TextMap, body, shape
from .arm.system_data import of_asset
from .errors import Json as JsonAnswer
from .errors import Refused, data_plane_error, management_error, validation_error
from .registries import Registries, Transfer, source_of
from .registry_transfers import import_version
from .run_history import authenticate_reader
from .state import Resource, State
from .workspaces import Workspaces

VERSION = "2021-10-01-dataplanepreview"
SAS_HOURS = 8 + 1 / 6
"""Service fact: asset contract 14.12."""
_PATH = "/mferp/managementfrontend/subscriptions/{subscription}/{groups}/{group}/providers/{provider}/registries/{name}"
_REQUIRED = "must not be empty."


def _version(*fields: Field) -> Shape:
    common = (
        Field("description"),
        Field("tags", TextMap(), default={}),
        Field("properties", TextMap(stringify=True), default={}),
        Field("isArchived", Flag(), default=False),
        Field("isAnonymous", Flag(), default=False),
    )
    return body(shape(*common, *fields))


SHAPES = {
    "models": _version(
        Field("flavors", Json(), default={}),
        Field("modelType", default="custom_model"),
        Field("modelUri", required=_REQUIRED),
        Field("originAssetId"),
        Field("jobName"),
        Field("stage", write_only=True),
        Field("system_metadata", Json(), write_only=True),
        Field("intellectualProperty", Json()),
    ),
    "environments": _version(
        Field("environmentType", read_only=True),
        Field("image", hide_null=True),
        Field("condaFile", default=""),
        Field("build", Json(), hide_null=True),
        Field("osType", default="Linux"),
        Field("inferenceConfig", Json(), hide_null=True),
        Field("originAssetId", hide_null=True),
    ),
    "data": _version(
        Field("dataUri", required=_REQUIRED), Field("dataType", required=_REQUIRED), Field("originAssetId")
    ),
    "components": _version(Field("componentSpec", Json(), required=_REQUIRED), Field("originAssetId")),
    "codes": _version(Field("codeUri", required=_REQUIRED), Field("originAssetId")),
}
TEMPORARY = shape(Field("assetId", required=_REQUIRED), Field("temporaryDataReferenceType"))
IMPORT = shape(
    *(Field(name) for name in ("referenceType", "destinationName", "destinationVersion")),
    Field("sourceAssetId", required=_REQUIRED),
)


def routes(workspaces: Workspaces) -> list[Route]:
    """Routes of the api surface for registries; to be asked before those for workspaces."""
    registries = workspaces.registries

    async def discovery(request: Request) -> Response:
        authenticate_reader(workspaces.first, request)
        return _answer(_discovery(workspaces.first, _registry(registries, request.path_params["name"])))

    async def transfer(request: Request) -> Response:
        authenticate_reader(workspaces.first, request)
        found = registries.transfers.get(request.path_params["name"].lower())
        if found is None:
            raise Refused(data_plane_error(404, "UserError", "The operation was not found.", component="assetstore"))
        return _progress(workspaces.first, found)

    async def below(request: Request) -> Response:
        return await _below(workspaces, request)

    return [
        Route(f"{_PATH}/{{rest:path}}", below, methods=["GET", "PUT", "POST"]),
        Route("/registrymanagement/v1.0/registries/{name}/discovery", discovery),
        Route("/assetstore/v1.0/operations/{name}", transfer),
        Route("/environment/v1.0/operations/{name}", transfer),
    ]


async def _below(workspaces: Workspaces, request: Request) -> Response:
    """The answer to a call below a registry."""
    authenticate_reader(workspaces.first, request)
    if request.query_params.get("api-version") != VERSION:
        raise Refused(management_error(400, "UserError", f"The api-version must be {VERSION}."))
    spelled = request.path_params["name"]
    call = _RegistryCall(workspaces, request, _registry(workspaces.registries, spelled), spelled)
    match request.method, request.path_params["rest"].strip("/").split("/"):
        case "GET", [kind, name, "versions", version] if kind in SHAPES:
            return call.get(kind, name, version)
        case "GET", [kind] if kind in SHAPES:
            return call.names(kind)
        case "GET", [kind, name] if kind in SHAPES:
            return call.container(kind, name)
        case "GET", [kind, name, "versions"] if kind in SHAPES:
            return call.list(kind, name)
        case "PUT", ["tempdatarefs", _name, "versions", _version]:
            return await call.place()
        case "PUT", [kind, name, "versions", version] if kind in SHAPES:
            return await call.put(kind, name, version)
        case "POST", ["import"]:
            return await call.import_version()
    raise Refused(data_plane_error(404, "UserError", f"There is no {request.method} of this path in a registry."))


class _RegistryCall:
    """One call below a registry; `spelled` is the registry's name as the path has it."""

    def __init__(self, workspaces: Workspaces, request: Request, registry: Resource, spelled: str) -> None:
        self._workspaces = workspaces
        self._registries = workspaces.registries
        self._state = workspaces.first
        self._request = request
        self._registry = registry
        self._spelled = spelled

    def get(self, kind: str, name: str, version: str) -> Response:
        found = self._registries.resources.get(self._path(kind, name, version))
        if found is None:
            message = f"Could not find asset with ID: {self._id(kind, name, version)}"
            raise Refused(management_error(404, "UserError", message, inner=("NotFoundError",)))
        return _answer(self._render(kind, found))

    def list(self, kind: str, name: str) -> Response:
        """An unknown name has an empty list."""
        found = self._registries.resources.children(self._path(kind, name), newest_first=True)
        return _answer({"value": [self._render(kind, item) for item in found]})

    def names(self, kind: str) -> Response:
        """The containers of all versions. Service fact: operations contract 4.1 (specified)."""
        return _answer({"value": [self._container(kind, name, item) for name, item in self._newest(kind).items()]})

    def container(self, kind: str, name: str) -> Response:
        found = self._newest(kind).get(name)
        if found is None:
            message = f"Could not find asset with ID: {self._id(kind, name)}"
            raise Refused(management_error(404, "UserError", message, inner=("NotFoundError",)))
        return _answer(self._container(kind, name, found))

    def _newest(self, kind: str) -> dict[str, Resource]:
        """The newest version of each name."""
        below = f"{self._registry.path}/{kind}/".lower()
        items = [item for item in self._registries.resources if item.path.lower().startswith(below)]
        return {item.path.rsplit("/", 3)[1]: item for item in sorted(items, key=lambda item: item.created)}

    async def put(self, kind: str, name: str, version: str) -> Response:
        stored = SHAPES[kind].fill(await self._bind(SHAPES[kind], kind))["properties"]
        path = self._path(kind, name, version)
        current = self._registries.resources.get(path)
        now = self._state.clock.now()
        resource = Resource(path, stored, created=current.created if current else now, modified=now)
        if kind == "environments":
            stored["environmentType"] = "UserCreated"
            stored["image"] = _copied_image(self._registry, stored, name, version)

        def finish() -> None:
            self._registries.resources.put(resource)

        if kind == "environments":
            unique = f"{self._spelled}_{name}_{version}_1"
            return self._accepted(self._registries.begin(unique, finish, 200), "environment")
        asset = {"assetId": self._id(kind, name, version)}
        return self._accepted(self._registries.begin(secrets.token_urlsafe(32), finish, 200, asset), "assetstore")

    async def place(self) -> Response:
        """A place to upload a new version to."""
        await self._bind(TEMPORARY, "TemporaryDataReference")
        storage = self._registries.storage
        container = await self._registries.new_container(self._registry.name)
        address = storage.container_url(container)
        group = self._registry.path.partition("/providers/")[0]
        reference = {
            "blobUri": address,
            "storageAccountArmId": f"{group}/providers/Microsoft.Storage/storageAccounts/{storage.account_name}",
            "credential": {
                "credentialType": "SAS",
                "sasUri": f"{address}?{storage.container_sas(container, 'rcwl', SAS_HOURS)}",
            },
        }
        return _answer(
            {
                "blobReferenceForConsumption": reference,
                "imageReferenceForConsumption": None,
                "temporaryDataReferenceId": str(uuid.uuid4()),
                "temporaryDataReferenceType": None,
            }
        )

    async def import_version(self) -> Response:
        sent = await self._bind(body(IMPORT), "Import")
        asked = sent["properties"]
        found = source_of(list(self._workspaces), asked["sourceAssetId"])
        if found is None:
            message = f"Could not find asset with ID: {asked['sourceAssetId']}"
            raise Refused(management_error(404, "UserError", message, inner=("NotFoundError",)))
        transfer = await import_version(
            self._registries,
            self._registry,
            *found,
            name=asked.get("destinationName"),
            version=asked.get("destinationVersion"),
        )
        return self._accepted(transfer, "assetstore")

    async def _bind(self, expected: Shape, subject: str) -> dict[str, Any]:
        problems = Problems(refuse_read_only=self._state.policies["read_only_properties"] == "refused")
        strict = self._state.policies["unknown_properties"] == "refused"
        try:
            content = await self._request.json()
        except ValueError as error:
            raise Refused(management_error(400, "UserError", f"The body is not JSON: {error}")) from error
        bound = expected.bind(content, problems=problems, strict=strict)
        if problems.entries:
            raise Refused(validation_error(subject, problems.entries))
        return bound

    def _accepted(self, transfer: Transfer, service: str) -> Response:
        location = f"{self._state.settings.url('api')}/{service}/v1.0/operations/{transfer.name}"
        headers = {"Location": location, "x-ms-async-operation-timeout": "PT1H", "x-ms-response-type": "standard"}
        return Response("null", 202, {"Content-Type": "application/json; charset=utf-8", **headers})

    def _container(self, kind: str, name: str, newest: Resource) -> dict[str, Any]:
        version = newest.path.rpartition("/")[2]
        following = str(int(version) + 1) if version.isdecimal() else "1"
        shown: dict[str, Any] = {"description": None, "tags": {}, "properties": {}, "isArchived": False}
        view = {"id": self._id(kind, name), "name": name, "type": kind}
        properties = {**shown, "latestVersion": version, "nextVersion": following}
        return {**view, "properties": properties, "systemData": of_asset(newest)}

    def _path(self, kind: str, name: str, version: str | None = None) -> str:
        versions = f"{self._registry.path}/{kind}/{name}/versions"
        return versions if version is None else f"{versions}/{version}"

    def _id(self, kind: str, name: str, version: str | None = None) -> str:
        """The registry is in lower case in the ids of 2024."""
        first = self._state.policies["generation"] == "G1"
        registry = self._spelled if first else self._registry.name.lower()
        container = f"azureml://registries/{registry}/{kind}/{name}"
        return container if version is None else f"{container}/versions/{version}"

    def _render(self, kind: str, resource: Resource) -> dict[str, Any]:
        name, _versions, version = resource.path.rsplit("/", 3)[1:]
        properties = SHAPES[kind].render({"properties": resource.properties}, "2021-10-01")["properties"]
        if kind == "models" and self._state.policies["generation"] == "G1":
            del properties["intellectualProperty"]
        shown = version if kind == "environments" else name
        view = {"id": self._id(kind, name, version), "name": shown, "type": kind, "properties": properties}
        return {**view, "systemData": of_asset(resource)}


def _copied_image(registry: Resource, stored: dict[str, Any], name: str, version: str) -> str | None:
    """The image of an environment without a conda file is copied into the registry's own container registry."""
    if not stored["image"] or stored["condaFile"]:
        return str(stored["image"]) if stored["image"] else None
    made = registry.extra["details"][0]["acrDetails"][0]["systemCreatedAcrAccount"]["acrAccountName"]
    return f"{made}.azurecr.localhost/{name}_{version}_{uuid.uuid4()}"


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return JsonAnswer(body, status, headers={"x-ms-response-type": "standard"})


def _registry(registries: Registries, name: str) -> Resource:
    found = registries.find(name)
    if found is None:
        message = f"Registry {name} was not found."
        raise Refused(data_plane_error(404, "UserError", message, inner=("NotFound",), component="registry"))
    return found


def _discovery(state: State, registry: Resource) -> dict[str, Any]:
    api = state.settings.url("api")
    _empty, _subscriptions, subscription, _groups, group, *_rest = registry.path.split("/")
    regions = [region["location"] for region in registry.properties["regionDetails"]]
    return {
        "registryId": registry.extra["id"],
        "registryName": registry.name,
        "tenantId": state.settings.tenant_id,
        "primaryRegion": registry.location,
        "regions": regions,
        "subscriptionId": subscription,
        "resourceGroup": group,
        "workspaceName": None,
        "primaryRegionResourceProviderUri": f"{api}/",
        "registryFqdns": {region: {"uri": api} for region in regions},
        "intellectualPropertyPublisher": registry.properties["intellectualPropertyPublisher"],
    }


def _progress(state: State, transfer: Transfer) -> Response:
    """202 without a body until it is over; how a failed one is answered is open. (C3)"""
    if not transfer.is_over:
        return Response(status_code=202)
    if transfer.error and state.policies["failed_import"] == "error":
        return management_error(400, "UserError", transfer.error)
    if transfer.error:
        return _answer({"status": "Failed", "error": {"code": "UserError", "message": transfer.error}})
    return Response(status_code=transfer.status) if transfer.body is None else _answer(transfer.body, transfer.status)
