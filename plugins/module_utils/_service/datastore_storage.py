# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The blob storage of datastores and of pending uploads. The storage library is imported with the first request."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import traceback
import typing as t
import urllib.parse
from collections.abc import Mapping

from .._errors import AzureMLError, InvalidOption, MissingLibrary, ServiceError
from .._names.datastore_path import DatastorePath
from .._names.references import expand
from .._names.url import is_https, signature_secrets
from .blob_container import BlobContainer
from .clouds import STORAGE_AUDIENCE
from .http_client import USER_AGENT
from .trust import new_context

if t.TYPE_CHECKING:
    from azure.core.credentials import AccessToken

    from .workspace import Workspace

SECRETS_API_VERSION = "2025-12-01"  # the first stable one whose listSecrets returns a SAS in place of the key
SECRETS_REQUEST = {"expirableSecret": True, "expireAfterHours": 1}
_CHUNK = 4 << 20
_READ_CHUNK = 1 << 20
_SINGLE_PUT = 16 << 20  # larger files are sent in blocks: each worker needs at most this much memory


@dataclasses.dataclass(frozen=True)
class Datastore:
    """One blob datastore of the workspace. ``container`` is opened when it is first used."""

    name: str
    id: str
    account: str
    container_url: str
    credentials_type: str
    workspace: Workspace = dataclasses.field(repr=False, compare=False)

    @functools.cached_property
    def container(self) -> BlobContainer:
        """Raises ServiceError, ConnectionFailed, CredentialError, MissingLibrary."""
        return _open(self)


class Datastores:
    """The datastores that one task uses. Each is read and opened once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opened: dict[str, Datastore] = {}
        self._default: Datastore | None = None

    def default(self, option: str) -> Datastore:
        """The default datastore of the workspace. Raises as ``open_datastore`` does; ``option`` is for messages."""
        if self._default is None:
            self._default = open_datastore(self._workspace, None, option)
            self._opened[self._default.name.lower()] = self._default
        return self._default

    def named(self, name: str, option: str) -> Datastore:
        """A datastore by its name, which has no case. Raises as ``open_datastore`` does."""
        if name.lower() not in self._opened:
            self._opened[name.lower()] = open_datastore(self._workspace, name, option)
        return self._opened[name.lower()]

    def all(self) -> list[Datastore]:
        """All datastores that hold blobs, from one list. Their containers are opened when they are first used."""
        found = []
        for body in self._workspace.arm.list(self._workspace.path("datastores")):
            try:
                store = _datastore(self._workspace, body, "datastore")
            except InvalidOption:  # it holds no blobs
                continue
            store = self._opened.setdefault(store.name.lower(), store)
            if body["properties"].get("isDefault") and self._default is None:
                self._default = store
            found.append(store)
        return found

    def opened_place(self, url: str) -> DatastorePath | None:
        """The place of a URL in a datastore that was opened already; None for any other URL. Makes no request."""
        address = urllib.parse.unquote(url.partition("?")[0])
        for store in self._opened.values():
            if address.startswith(f"{store.container_url}/"):
                return DatastorePath(store.name, address[len(store.container_url) + 1 :].strip("/"))
        return None


def open_datastore(workspace: Workspace, name: str | None, option: str = "datastore") -> Datastore:
    """Read one datastore, by name, ``azureml:name`` or id; with None the default one. Makes one request.

    ``option`` is the option that names it, for messages. Raises InvalidOption when the datastore is absent or holds no
    blobs. Service fact: assets contract 4.
    """
    if name is None:
        found = next(workspace.arm.list(workspace.path("datastores"), query={"isDefault": "true"}), None)
        if found is None:
            raise InvalidOption(f"Workspace {workspace.id.name} has no default datastore. Name one in {option}.")
    else:
        try:
            found = workspace.arm.get(expand(name, "datastores", workspace.id))
        except ValueError as error:
            raise InvalidOption(f"{option}: {error}.") from None
        if found is None:
            raise InvalidOption(
                f"{option}: there is no datastore '{name}' in workspace '{workspace.id.name}'. "
                "Create it, correct the name, or leave the option out for the default datastore."
            )
    return _datastore(workspace, found, option)


def open_sas(workspace: Workspace, sas_uri: str) -> BlobContainer:
    """The container of a signed URL. Makes no request."""
    url, _mark, sas = sas_uri.partition("?")
    _require_https(url)
    _register_sas(workspace, sas)
    return _container(workspace, url, sas)


def _datastore(workspace: Workspace, found: Mapping[str, t.Any], option: str) -> Datastore:
    properties = found.get("properties")
    if not isinstance(properties, dict) or not all(isinstance(found.get(key), str) for key in ("name", "id")):
        raise ServiceError(f"{option}: what the service returns is no datastore. Check the proxies in between.")
    container = properties.get("containerName") or properties.get("filesystem")
    if not container or not properties.get("accountName"):
        raise InvalidOption(
            f"{option}: datastore {found['name']} is of type {properties.get('datastoreType')}, which holds no blobs. "
            "Name one of type AzureBlob or AzureDataLakeGen2."
        )
    account = properties["accountName"]
    endpoint = properties.get("endpoint") or workspace.cloud.storage_suffix
    root = account_url(properties.get("protocol") or "https", account, endpoint)
    kind = (properties.get("credentials") or {}).get("credentialsType") or "None"
    return Datastore(found["name"], found["id"], account, f"{root}/{container}", kind, workspace)


def account_url(protocol: str, account: str, endpoint: str) -> str:
    """The URL of a storage account's blobs.

    The account is a subdomain, or part of the path if the endpoint is ``localhost`` or an IP address, as in private
    clouds and for local storage servers.
    """
    try:
        host = urllib.parse.urlsplit(f"//{endpoint}").hostname or ""
    except ValueError:  # no address; it is refused where it would be used
        host = ""
    if host == "localhost" or _is_ip_address(host):
        return f"{protocol}://{endpoint}/{account}"
    return f"{protocol}://{account}.blob.{endpoint}"


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _open(datastore: Datastore) -> BlobContainer:
    """The container, with a SAS if the service returns one, else with an Entra token, else with the account key.

    Service fact: assets contract 4.3.
    """
    _require_https(datastore.container_url)
    workspace = datastore.workspace
    # Before its secrets are read: neither they nor a token go to a host that somebody has written into the datastore.
    workspace.hosts.check(datastore.container_url, STORAGE_AUDIENCE)
    by_token = functools.partial(
        _container, workspace, datastore.container_url, _Token(workspace, datastore.container_url)
    )
    if datastore.credentials_type not in ("AccountKey", "Sas"):
        return by_token()
    try:
        path = f"{datastore.id}/listSecrets"
        accepted = workspace.arm.post(path, SECRETS_REQUEST, api_version=SECRETS_API_VERSION, safe_to_repeat=True)
    except ServiceError:
        return by_token()
    secrets = accepted.body or {}
    if sas := secrets.get("sasToken"):
        _register_sas(workspace, sas.lstrip("?"))
        return _container(workspace, datastore.container_url, sas.lstrip("?"))
    container = by_token()
    if not secrets.get("key") or _opens(container):
        return container
    workspace.http.register_secret(secrets["key"])
    key = {"account_name": datastore.account, "account_key": secrets["key"]}
    return _container(workspace, datastore.container_url, key)


def _require_https(url: str) -> None:
    """Raises InvalidOption for a URL to which no credential may be sent."""
    if not is_https(url):
        raise InvalidOption(
            f"No credential is sent to {url}: storage has to be addressed by https. Give the datastore the protocol "
            "https and an endpoint that is a host name."
        )


def _opens(container: BlobContainer) -> bool:
    try:
        container.exists("LocalUpload")
    except AzureMLError:
        return False
    return True


def _container(workspace: Workspace, url: str, credential: t.Any) -> BlobContainer:
    try:
        from azure.storage.blob import ContainerClient
    except ImportError:
        raise MissingLibrary("azure-storage-blob", traceback.format_exc()) from None
    from .storage_transport import (  # needs the storage library
        ANSWER_TIMEOUT,
        CONNECT_TIMEOUT,
        StorageRetry,
        StorageTransport,
    )

    clock = workspace.invocation.clock
    client = ContainerClient.from_container_url(
        url,
        credential=credential,
        transport=StorageTransport(new_context(workspace.invocation.options.get("ca_file")), clock),
        connection_timeout=CONNECT_TIMEOUT,
        read_timeout=ANSWER_TIMEOUT,
        max_single_put_size=_SINGLE_PUT,
        max_block_size=_CHUNK,
        max_chunk_get_size=_READ_CHUNK,
        max_single_get_size=_READ_CHUNK,
        retry_policy=StorageRetry(clock),
        user_agent=USER_AGENT,
    )
    workspace.on_close(client.close)
    return BlobContainer(url, client)


def _register_sas(workspace: Workspace, sas: str) -> None:
    for secret in signature_secrets(sas):
        workspace.http.register_secret(secret)


class _Token:
    """Our tokens as a credential of the storage library."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        self._workspace = workspace
        self._url = url
        self._renewed = False

    def get_token(self, *_scopes: str, **options: t.Any) -> AccessToken:
        from azure.core.credentials import AccessToken

        # The library names a tenant after storage has refused the token: it is renewed once.
        fresh = "tenant_id" in options and not self._renewed
        self._renewed = self._renewed or fresh
        # With a short lifetime the library asks before each request. The token is kept here, and its expiry known.
        token = self._workspace.credentials.token(STORAGE_AUDIENCE, to=self._url, fresh=fresh)
        return AccessToken(token, int(self._workspace.invocation.clock.now()) + 60)
