"""A workspace's storage account on a real Azurite: its keys and SAS tokens, and its blobs for the runtime."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, generate_account_sas, generate_container_sas

from .azurite import Azurite
from .clock import Clock
from .runtime.plan import Place
from .settings import Settings

ARTIFACT_STORE = "workspaceartifactstore"
ARTIFACT_CONTAINER = "azureml"
"""What the datastore workspaceartifactstore points at. Service fact: asset contract 4.1."""


class Storage:
    """One storage account with a random name and key. It implements the `Store` of the scoring runtime."""

    def __init__(self, settings: Settings, clock: Clock, azurite: Azurite) -> None:
        self._settings = settings
        self._clock = clock
        self.account_name = f"emulator{secrets.token_hex(6)}"
        self.account_key = base64.b64encode(secrets.token_bytes(64)).decode()
        self.default_container = f"azureml-blobstore-{settings.workspace_guid}"
        self._azurite = azurite
        azurite.add_account(self.account_name, self.account_key)
        self._service: BlobServiceClient | None = None

    @property
    def endpoint(self) -> str:
        """Host and port of the blob surface."""
        return f"localhost:{self._settings.ports['blob']}"

    async def start(self) -> None:
        """Make the workspace's own containers on an Azurite that runs."""
        self._service = BlobServiceClient(
            f"http://127.0.0.1:{self._azurite.port}/{self.account_name}",
            credential={"account_name": self.account_name, "account_key": self.account_key},
            max_single_put_size=8 * 1024 * 1024,
        )
        await self._create_own_containers()

    async def stop(self) -> None:
        """Let go of Azurite."""
        if self._service is not None:
            self._service.close()

    async def clear(self) -> None:
        """Empty the account."""
        service = self._client()

        def delete_all() -> None:
            for container in service.list_containers():
                service.delete_container(container.name)

        await asyncio.to_thread(delete_all)
        await self._create_own_containers()

    async def _create_own_containers(self) -> None:
        for name in (self.default_container, ARTIFACT_CONTAINER):
            await self.create_container(name)

    async def create_container(self, name: str) -> None:
        """Make a container unless it exists."""
        with contextlib.suppress(ResourceExistsError):  # as it should be
            await asyncio.to_thread(self._client().create_container, name)

    async def delete_container(self, name: str) -> None:
        """Remove a container with all that is in it, if it exists."""
        with contextlib.suppress(ResourceNotFoundError):  # as it should be
            await asyncio.to_thread(self._client().delete_container, name)

    def container_url(self, container: str) -> str:
        """Address of a container: path style, since names below localhost do not resolve everywhere."""
        return f"https://{self.endpoint}/{self.account_name}/{container}"

    def container_sas(self, container: str, permissions: str = "rcwl", hours: float = 16) -> str:
        """SAS for one container, without a question mark. Service fact: asset contract 5.1 (`rcwl`, hours not days).

        Azure hands out user-delegation SAS there; Azurite has none, so the account key signs.
        """
        return generate_container_sas(
            self.account_name,
            container,
            account_key=self.account_key,
            permission=permissions,
            expiry=self._clock.now() + timedelta(hours=hours),
        )

    def account_sas(self, permissions: str = "rcuwdl", hours: float = 1) -> str:
        """SAS for the account's containers and blobs, without a question mark. Service fact: asset contract 4.3."""
        return generate_account_sas(
            self.account_name,
            self.account_key,
            resource_types="co",
            permission=permissions,
            expiry=self._clock.now() + timedelta(hours=hours),
            services="bf",
        )

    async def inventory(self) -> dict[str, dict[str, Any]]:
        """Size and MD5 (hexadecimal; None where the writer sent none) of every blob, by container and name."""
        return await asyncio.to_thread(self._inventory)

    def _inventory(self) -> dict[str, dict[str, Any]]:
        service = self._client()
        return {
            container.name: {
                blob.name: {"size": blob.size, "md5": bytes(blob.content_settings.content_md5 or b"").hex() or None}
                for blob in service.get_container_client(container.name).list_blobs()
            }
            for container in service.list_containers()
        }

    async def names(self, place: Place) -> list[str]:
        """Names of the blobs below `place`, relative to it and sorted; `[""]` when `place` is itself a blob."""
        return await asyncio.to_thread(self._names, place)

    async def exists(self, place: Place) -> bool:
        """Whether there is a blob at `place`, or one below it."""
        return bool(await self.names(place))

    async def download(self, place: Place, target: Path) -> None:
        """Write the blob at `place` to the file `target`."""
        await asyncio.to_thread(self._download, place, target)

    async def upload(self, source: Path, place: Place) -> None:
        """Write the file `source` to the blob at `place`, over an existing one."""
        await asyncio.to_thread(self._upload, source, place)

    async def remove(self, place: Place) -> None:
        """Remove the blob at `place`, and all below it."""
        await asyncio.to_thread(self._remove, place)

    def _remove(self, place: Place) -> None:
        container = self._client().get_container_client(place.container)
        for name in self._names(place):
            container.delete_blob(f"{place.path}/{name}".strip("/"))

    def _names(self, place: Place) -> list[str]:
        container = self._client().get_container_client(place.container)
        if place.path and self._is_file(place):
            return [""]
        prefix = f"{place.path}/" if place.path else ""
        try:
            blobs = list(container.list_blobs(name_starts_with=prefix, include=["metadata"]))
        except ResourceNotFoundError:
            return []
        return sorted(blob.name.removeprefix(prefix) for blob in blobs if not _marks_a_folder(blob.metadata))

    def _is_file(self, place: Place) -> bool:
        try:
            found = self._client().get_blob_client(place.container, place.path).get_blob_properties()
        except ResourceNotFoundError:
            return False
        return not _marks_a_folder(found.metadata)

    def _download(self, place: Place, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            self._client().get_blob_client(place.container, place.path).download_blob().readinto(file)

    def _upload(self, source: Path, place: Place) -> None:
        with source.open("rb") as file:
            self._client().get_blob_client(place.container, place.path).upload_blob(file, overwrite=True)

    def _client(self) -> BlobServiceClient:
        if self._service is None:
            raise RuntimeError("the storage account has not been started")
        return self._service


def _marks_a_folder(metadata: dict[str, str] | None) -> bool:
    """Some clients store an empty blob in place of a folder. Service fact: asset contract 8.4."""
    return (metadata or {}).get("hdi_isfolder", "").lower() == "true"
