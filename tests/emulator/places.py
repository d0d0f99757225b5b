"""Where the data behind a URI or an asset reference is: every way in which a request may name it, to a `Place`."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from .runtime.plan import Place
from .state import Resource, State

_WORKSPACE = re.compile(
    r"^/?(?:subscriptions/([^/]+)/resourcegroups/([^/]+)/(?:providers/[^/]+/)?|locations/[^/]+/)workspaces/([^/]+)/",
    re.IGNORECASE,
)
_DATASTORE_PATH = re.compile(r"(?:^|/)datastores/([^/]+)/paths(?:/(.*))?$", re.IGNORECASE)
_ASSET = re.compile(r"(?:^|/)(data|datasets|models|codes)/([^/]+)/versions/(?:(labels)/)?([^/]+)$", re.IGNORECASE)
_SHORT_DATA = re.compile(r"^([^/:@]+)(?::([^/:@]+)|@([^/:@]+))$")


class Unreachable(LookupError):
    """There is nothing the workspace could read or write under a reference; the message names it."""


class Foreign(Unreachable):
    """Something outside the workspace's storage account, which nobody here may read."""


def resolve(state: State, reference: str) -> Place:
    """Where the data of `reference` is. Raises Unreachable.

    Service fact: batch contract 4.3, 5.2. What lies outside the workspace's storage account cannot be reached.
    """
    if reference.lower().startswith(("https://", "http://")):
        return _from_url(state, reference)
    rest = re.sub(r"^azureml:(//)?", "", reference, flags=re.IGNORECASE)
    _refuse_another_workspace(state, rest)
    if found := _DATASTORE_PATH.search(rest):
        return Place(_container(state, found[1]), (found[2] or "").strip("/"))
    if found := _ASSET.search(rest):
        return _from_asset(state, found[1].lower(), found[2], found[4], is_label=bool(found[3]))
    if found := _SHORT_DATA.match(rest):
        old = state.resources.get(state.workspace("datasets", found[1], "versions", found[2] or "")) is not None
        collection = "datasets" if old else "data"
        return _from_asset(state, collection, found[1], found[2] or found[3], is_label=bool(found[3]))
    raise Unreachable(f"'{reference}' is no reference that the workspace understands")


def _refuse_another_workspace(state: State, rest: str) -> None:
    """Raise Foreign for a reference into another workspace: whether a job may read there was not recorded."""
    found = _WORKSPACE.match(rest)
    if found is None:
        return
    settings = state.settings
    subscription, group, name = (part and part.lower() for part in found.groups())
    if name not in (settings.workspace_name.lower(), settings.workspace_guid) or (
        subscription and (subscription, group) != (settings.subscription_id.lower(), settings.resource_group.lower())
    ):
        raise Foreign(f"'{rest}' is in another workspace")


def _from_url(state: State, url: str) -> Place:
    parts = urlsplit(url)
    account = state.storage.account_name
    path = unquote(parts.path).strip("/")
    if (parts.hostname or "").startswith(f"{account}.blob."):
        container, _slash, blob = path.partition("/")
    elif path.startswith(f"{account}/"):
        container, _slash, blob = path.removeprefix(f"{account}/").partition("/")
    else:
        raise Foreign(f"'{parts.scheme}://{parts.netloc}{parts.path}' is outside the workspace's storage account")
    return Place(container, blob)


def _container(state: State, datastore: str) -> str:
    found = state.resources.get(state.workspace("datastores", datastore))
    if found is None or "containerName" not in found.properties:
        raise Unreachable(f"there is no blob datastore '{datastore}' in the workspace")
    return str(found.properties["containerName"])


def default_container(state: State) -> str:
    """The container of the default datastore."""
    return _container(state, state.default_datastore)


def _from_asset(state: State, collection: str, name: str, version: str, *, is_label: bool) -> Place:
    versions = state.workspace(collection, name, "versions")
    if is_label and version == "latest":
        newest = state.resources.children(versions, newest_first=True)
        found: Resource | None = newest[0] if newest else None
    else:
        found = state.resources.get(f"{versions}/{version}")
    if found is None:
        raise Unreachable(f"there is no version '{version}' of {collection} '{name}' in the workspace")
    return resolve(state, _uri(found))


def datastore_of(state: State, place: Place) -> str | None:
    """ARM id of the datastore that a place lies in, or None."""
    stores = state.resources.children(state.workspace("datastores"))
    return next((store.path for store in stores if store.properties.get("containerName") == place.container), None)


def _uri(asset: Resource) -> str:
    for path in asset.properties.get("paths") or []:
        return str(path.get("folder") or path.get("file"))
    for field in ("dataUri", "modelUri", "codeUri"):
        if field in asset.properties:
            return str(asset.properties[field])
    raise Unreachable(f"'{asset.path}' names no data")
