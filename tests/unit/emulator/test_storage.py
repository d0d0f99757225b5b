"""The storage account: real Azurite behind the front, real SAS, Entra tokens, and the places that references name."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient

from tests.emulator.azurite import Azurite
from tests.emulator.blob_front import front
from tests.emulator.clock import Clock
from tests.emulator.entra import MACHINE_LEARNING, STORAGE, Entra
from tests.emulator.places import Unreachable, resolve
from tests.emulator.registries import Registries
from tests.emulator.runtime.plan import Place
from tests.emulator.settings import Settings
from tests.emulator.state import Resource, State
from tests.emulator.storage import Storage
from tests.emulator.workspace_name import WorkspaceName
from tests.emulator.workspaces import Workspaces


class Account:
    """A started storage account whose front listens in plain HTTP, with an event loop in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        clock = Clock()
        settings = Settings(folder, {"management": 1, "login": 2, "scoring": 3, "api": 4, "blob": 5})
        self.azurite = Azurite(folder / "azurite.log")
        workspaces = Workspaces(clock, Entra(settings, clock), Registries(settings, clock, None))
        self.storage = Storage(settings, clock, self.azurite)
        self.state = workspaces.add(settings, self.storage)
        self.other = workspaces.add(
            settings.beside(WorkspaceName("rg", "ws-other")), Storage(settings, clock, self.azurite)
        ).storage
        for part in (self.azurite, self.storage, self.other):
            self.run(part.start())
        application = front(workspaces, self.azurite)
        self.server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", lifespan="off"))
        self.served = asyncio.run_coroutine_threadsafe(self.server.serve(), self.loop)
        while not self.server.started:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://localhost:{self.port}/{self.storage.account_name}"

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.server.should_exit = True
        self.served.result(10)
        for part in (self.storage, self.other, self.azurite):
            self.run(part.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)

    def container(self, credential: Any, name: str | None = None) -> ContainerClient:
        return ContainerClient(self.url, name or self.storage.default_container, credential=credential)

    @property
    def key(self) -> dict[str, str]:
        return {"account_name": self.storage.account_name, "account_key": self.storage.account_key}


class Token:
    """A credential of azure-core over a token of the emulator."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    account = Account(tmp_path_factory.mktemp("storage"))
    yield account
    account.close()


@pytest.fixture(autouse=True)
def _empty(account: Account) -> None:
    account.run(account.storage.clear())
    account.run(account.other.clear())


def test_the_account_key_opens_the_account_in_path_style(account: Account) -> None:
    names = {container.name for container in BlobServiceClient(account.url, credential=account.key).list_containers()}
    assert names == {account.storage.default_container, "azureml"}


def test_a_sas_opens_the_account_in_host_style(account: Account) -> None:
    home = account.storage.default_container
    answer = httpx.put(
        f"http://127.0.0.1:{account.port}/{home}/a%20b/%C3%BC.txt",
        params=httpx.QueryParams(account.storage.container_sas(home)),
        headers={"Host": f"{account.storage.account_name}.blob.localhost", "x-ms-blob-type": "BlockBlob"},
        content=b"x",
    )
    assert answer.status_code == 201
    assert [blob.name for blob in account.container(account.key).list_blobs()] == ["a b/ü.txt"]


@pytest.mark.parametrize("name", ["plain.txt", "with space/ü'(1)~!.png", "a+b%25=c&d?.csv"])
def test_a_signature_over_any_name_survives_the_front(account: Account, name: str) -> None:
    blob = account.container(account.key).get_blob_client(name)
    blob.upload_blob(b"content", metadata={"upload_status": "completed"})
    assert blob.download_blob().readall() == b"content"
    assert blob.get_blob_properties().metadata == {"upload_status": "completed"}


def test_many_bytes_pass_in_both_directions(account: Account) -> None:
    content = bytes(range(256)) * 4096 * 20
    blob = account.container(account.storage.container_sas(account.storage.default_container)).get_blob_client("big")
    blob.upload_blob(content, max_concurrency=4)
    assert blob.download_blob(max_concurrency=4).readall() == content


def test_a_missing_blob_is_404_with_its_code_for_head_too(account: Account) -> None:
    answer = httpx.head(
        f"{account.url}/{account.storage.default_container}/none",
        params=httpx.QueryParams(account.storage.account_sas()),
        headers={"x-ms-version": "2023-11-03"},
    )
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (404, "BlobNotFound")


def test_a_container_sas_opens_that_container_only_and_deletes_nothing(account: Account) -> None:
    account.run(account.storage.create_container("other"))
    sas = account.storage.container_sas(account.storage.default_container)
    account.container(sas).upload_blob("x", b"x")
    with pytest.raises(HttpResponseError) as refused:
        account.container(sas).delete_blob("x")
    assert refused.value.status_code == 403
    with pytest.raises(HttpResponseError):
        account.container(sas, "other").upload_blob("x", b"x")


def test_an_account_opens_with_its_own_key_and_holds_its_own_blobs(account: Account) -> None:
    url = f"http://localhost:{account.port}/{account.other.account_name}"
    own = {"account_name": account.other.account_name, "account_key": account.other.account_key}
    account.container(account.key).upload_blob("mine", b"x")
    names = {container.name for container in BlobServiceClient(url, credential=own).list_containers()}
    assert names == {account.other.default_container, "azureml"}
    theirs = ContainerClient(url, account.other.default_container, credential=own)
    theirs.upload_blob("theirs", b"x")
    assert [blob.name for blob in theirs.list_blobs()] == ["theirs"]
    assert [blob.name for blob in account.container(account.key).list_blobs()] == ["mine"]
    with pytest.raises(HttpResponseError):
        BlobClient(url, account.other.default_container, "x", credential=account.key).upload_blob(b"x")


def test_a_token_opens_each_account(account: Account) -> None:
    headers = {"Authorization": f"Bearer {account.state.entra.issue(STORAGE)}", "x-ms-version": "2023-11-03"}
    for storage in (account.storage, account.other):
        base = f"http://localhost:{account.port}/{storage.account_name}/{storage.default_container}/by-token"
        assert httpx.put(base, headers={**headers, "x-ms-blob-type": "BlockBlob"}, content=b"t").status_code == 201


def test_an_account_sas_opens_containers_and_blobs(account: Account) -> None:
    container = account.container(account.storage.account_sas())
    container.upload_blob("x", b"x")
    container.delete_blob("x")
    assert list(container.list_blobs()) == []


def test_a_sas_expires_in_virtual_time(account: Account) -> None:
    sas = account.storage.container_sas(account.storage.default_container, hours=2)
    account.state.clock.advance(3 * 3600)
    with pytest.raises(ClientAuthenticationError):
        account.container(sas).upload_blob("late", b"x")


def test_a_token_for_storage_opens_the_account(account: Account) -> None:
    base = f"{account.url}/{account.storage.default_container}/by%20token"
    headers = {"Authorization": f"Bearer {account.state.entra.issue(STORAGE)}", "x-ms-version": "2023-11-03"}
    assert httpx.put(base, headers={**headers, "x-ms-blob-type": "BlockBlob"}, content=b"t").status_code == 201
    assert httpx.get(base, headers=headers).content == b"t"
    assert httpx.delete(base, headers=headers).status_code == 202


def test_a_token_for_something_else_is_refused(account: Account) -> None:
    headers = {"Authorization": f"Bearer {account.state.entra.issue(MACHINE_LEARNING)}"}
    answer = httpx.get(f"{account.url}/?comp=list", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["x-ms-error-code"] == "InvalidAuthenticationInfo"
    assert "resource_id=https://storage.azure.com" in answer.headers["www-authenticate"]


def test_without_any_credential_nothing_opens(account: Account) -> None:
    with pytest.raises(HttpResponseError):
        BlobClient(account.url, account.storage.default_container, "x").upload_blob(b"x")


def test_names_below_a_place(account: Account) -> None:
    container = account.container(account.key)
    for name in ("in/b.png", "in/sub/a.png", "input", "in2/x"):
        container.upload_blob(name, b"x")
    container.upload_blob("in/empty", b"", metadata={"hdi_isfolder": "true"})
    home = account.storage.default_container
    names = account.storage.names
    assert account.run(names(Place(home, "in"))) == ["b.png", "sub/a.png"]
    assert account.run(names(Place(home, "input"))) == [""]
    assert account.run(names(Place(home, "none"))) == []
    assert account.run(names(Place("no-such-container", ""))) == []
    assert len(account.run(names(Place(home, "")))) == 4
    assert account.run(account.storage.exists(Place(home, "in/sub")))


def test_the_inventory_tells_every_blob_with_its_size_and_sum(account: Account) -> None:
    account.container(account.storage.account_key).upload_blob("inventory/x.txt", b"abc")
    found = account.run(account.storage.inventory())
    assert found[account.storage.default_container]["inventory/x.txt"] == {
        "size": 3,
        "md5": "900150983cd24fb0d6963f7d28e17f72",
    }


def test_a_file_goes_to_a_blob_and_back(account: Account, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"rows\n" * 1000)
    place = Place(account.storage.default_container, "out/predictions.csv")
    account.run(account.storage.upload(source, place))
    account.run(account.storage.download(place, tmp_path / "deep" / "copy"))
    assert (tmp_path / "deep" / "copy").read_bytes() == source.read_bytes()


@pytest.fixture
def state(account: Account) -> State:
    state = account.state
    long_form = f"azureml:/{state.workspace('datastores', 'workspaceblobstore')}/paths/digits/v1"
    state.resources.put(Resource(state.workspace("datastores", "workspaceblobstore"), {"containerName": "home"}))
    state.resources.put(Resource(state.workspace("data", "digits", "versions", "1"), {"dataUri": long_form}))
    state.resources.put(
        Resource(state.workspace("data", "digits", "versions", "b"), {"dataUri": "azureml://datastores/x/paths/y"})
    )
    return state


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("azureml://datastores/workspaceblobstore/paths/a/b/", "a/b"),
        ("azureml://datastores/workspaceblobstore/paths/", ""),
        ("azureml:/{ws}/datastores/workspaceblobstore/paths/a", "a"),
        ("azureml:{ws}/datastores/workspaceblobstore/paths/a/f.csv", "a/f.csv"),
        ("azureml://locations/eastus/workspaces/{name}/data/digits/versions/1", "digits/v1"),
        ("azureml:/{ws}/data/digits/versions/1", "digits/v1"),
        ("azureml:digits:1", "digits/v1"),
        ("https://localhost:5/{account}/home/a%20b/c", "a b/c"),
        ("https://{account}.blob.localhost:5/home/a?sv=x", "a"),
    ],
)
def test_every_documented_reference_names_its_place(state: State, reference: str, path: str) -> None:
    names = {"name": state.settings.workspace_name, "account": state.storage.account_name}
    filled = reference.format(ws=state.settings.workspace_path, **names)
    assert resolve(state, filled) == Place("home", path)


@pytest.mark.parametrize(
    "reference",
    [
        "azureml://datastores/none/paths/a",
        "azureml:digits:9",
        "azureml://locations/eastus/workspaces/ws-emulator/data/digits/versions/labels/none",
        "azureml://locations/eastus/workspaces/w/data/digits/versions/1",
        "azureml://subscriptions/s/resourcegroups/g/workspaces/ws-emulator/datastores/workspaceblobstore/paths/a",
        "https://example.org/container/blob",
        "digits",
        "azureml://jobs/j/outputs/o",
    ],
)
def test_a_reference_to_nothing_is_unreachable(state: State, reference: str) -> None:
    with pytest.raises(Unreachable):
        resolve(state, reference)
