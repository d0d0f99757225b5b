# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.modules import code
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage, plug_in
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    SIGNATURE,
    WORKSPACE,
    Call,
    Run,
    get,
    put,
    stored,
)

HASH = "6bfba91eaf2514609cffc547950306c0fc4437351f8157b7d8fcf035da15a59b"
BLOBS = "https://acc.blob.core.windows.net:443/8e7dad76-jpx2rk1bxlhdpk0tg0ulr14vhl"
PENDING = {
    "blobReferenceForConsumption": {
        "blobUri": BLOBS,
        "credential": {"credentialType": "SAS", "sasUri": f"{BLOBS.replace(':443', '')}?sp=rcwl&sig={SIGNATURE}"},
    },
    "pendingUploadType": "None",
}


@pytest.fixture
def source(tmp_path: Path) -> str:
    folder = tmp_path / "my code"
    (folder / "lib").mkdir(parents=True)
    for name, text in {".amlignore": "*.pyc", "score.py": "def init(): pass", "lib/util.py": "x", "x.pyc": "p"}.items():
        (folder / name).write_text(f"{text}\n")
    return str(folder)


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    return plug_in(monkeypatch)


def version(uri: str = f"{BLOBS}/src", **properties: object) -> dict[str, object]:
    return {
        "id": f"{WORKSPACE}/codes/scoring/versions/1",
        "name": "1",
        "properties": {
            "description": None,
            "tags": {},
            "properties": {"hash_sha256": HASH, "hash_version": "202208"},
            "isArchived": False,
            "codeUri": uri,
            "provisioningState": "Succeeded",
            **properties,
        },
    }


def search(*found: dict[str, object]) -> Call:
    return get("codes/scoring/versions", {"value": list(found)}, hash=HASH, hashVersion="202208")


def test_new_code_is_uploaded_and_registered(run: Run, source: str, storage: FakeStorage) -> None:
    upload = Call("POST", "codes/scoring/versions/1/startPendingUpload", body=PENDING)
    write = put("codes/scoring/versions/1", body=version(f"{BLOBS}/my%20code"), operation=False)
    out = run(
        code,
        {"name": "scoring", "path": source, "required_files": ["score.py", "./lib/util.py"]},
        search(),
        get("codes/scoring"),
        upload,
        write,
        stored(write),
    )

    assert upload.sent == {"pendingUploadType": "TemporaryBlobReference"}
    assert write.sent == {
        "properties": {
            "codeUri": f"{BLOBS}/my%20code",
            "properties": {"hash_sha256": HASH, "hash_version": "202208"},
        }
    }
    container = storage[BLOBS.replace(":443", "")]
    assert container.log == [
        "create my code/.amlignore",
        "create my code/lib/util.py",
        "create my code/score.py",
        "mark my code/.amlignore",
    ]
    assert container.marks["my code/.amlignore"] == {
        "name": "scoring",
        "version": "1",
        "uploaded_by": "mlops.azureml",
        "upload_status": "completed",
    }
    assert out["changed"]
    assert out["code"] == {
        "id": f"{WORKSPACE}/codes/scoring/versions/1",
        "name": "scoring",
        "version": "1",
        "reference": "azureml:scoring:1",
        "path": f"{BLOBS}/my%20code",
        "hash": HASH,
        "description": None,
        "tags": {},
        "properties": {},
        "archived": False,
    }
    assert out["diff"]["after"] == {"name": "scoring", "version": "1", "path": source, "hash": HASH}


def test_single_file_stands_at_the_root(run: Run, source: str, storage: FakeStorage) -> None:
    write = put("codes/scoring/versions/v1", body={**version(), "name": "v1"}, operation=False)
    run(
        code,
        {"name": "scoring", "version": "v1", "path": f"{source}/score.py"},
        get("codes/scoring/versions/v1"),
        Call("POST", "codes/scoring/versions/v1/startPendingUpload", body=PENDING),
        write,
        stored(write),
    )

    assert write.sent["properties"]["codeUri"] == f"{BLOBS}/"
    assert list(storage[BLOBS.replace(":443", "")].blobs) == ["score.py"]


def test_code_that_stands_costs_one_request(run: Run, source: str, storage: FakeStorage) -> None:
    out = run(code, {"name": "scoring", "path": source}, search(version()))

    assert not out["changed"]
    assert out["code"]["reference"] == "azureml:scoring:1"
    assert storage.containers == {}


def test_check_mode_asks_for_no_upload(run: Run, source: str, storage: FakeStorage) -> None:
    out = run(code, {"name": "scoring", "path": source}, search(), get("codes/scoring"), check=True)

    assert out["changed"]
    assert out["diff"] == {
        "before": {},
        "after": {"name": "scoring", "version": "1", "path": source, "hash": HASH},
    }
    assert "path" not in out["code"]
    assert storage.containers == {}


@pytest.mark.parametrize("name", ["nowhere.py", "x.pyc", "lib"])
def test_script_that_will_not_be_there_is_refused_before_any_request(run: Run, source: str, name: str) -> None:
    out = run(code, {"name": "scoring", "path": source, "required_files": ["score.py", name]})

    assert out.failed
    assert f"required_files: {name} is not among the files of {source}" in out["msg"]


def test_service_that_opens_no_storage(run: Run, source: str) -> None:
    out = run(
        code,
        {"name": "scoring", "version": "1", "path": source},
        get("codes/scoring/versions/1"),
        Call("POST", "codes/scoring/versions/1/startPendingUpload", body={}),
    )

    assert out.failed
    assert "opened no storage" in out["msg"]


def test_absent_needs_a_version(run: Run) -> None:
    assert "missing: version" in run(code, {"name": "scoring", "state": "absent"})["msg"]
