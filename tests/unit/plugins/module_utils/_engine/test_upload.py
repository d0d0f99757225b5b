# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.upload import into_datastore
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConflictError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._local.files import Content, read
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeContainer

MARK = {"name": "digits", "version": "1"}
WHOLE = {**MARK, "uploaded_by": "mlops.azureml", "upload_status": "completed"}


@pytest.fixture
def content(tmp_path: Path) -> Content:
    (tmp_path / "model/sub").mkdir(parents=True)
    for name in ("a.bin", "b.bin", "sub/c.bin"):
        (tmp_path / "model" / name).write_bytes(name.encode())
    return read(f"{tmp_path}/model", "path")


@pytest.fixture
def container() -> FakeContainer:
    return FakeContainer("https://account.blob.core.windows.net/container")


def place(content: Content) -> str:
    return f"LocalUpload/{content.object_hash}/model"


def upload(container: FakeContainer, content: Content) -> list[str]:
    container.log.clear()
    into_datastore(container, content, MARK, lambda _message: None)
    return [line.replace(place(content), "") for line in container.log]


def test_metadata_is_set_last(container: FakeContainer, content: Content) -> None:
    assert upload(container, content) == ["create /a.bin", "create /b.bin", "create /sub/c.bin", "mark /a.bin"]
    assert container.marks == {f"{place(content)}/a.bin": WHOLE}


def test_single_file_is_the_blob_itself(tmp_path: Path, container: FakeContainer) -> None:
    (tmp_path / "model").write_bytes(b"weights")
    content = read(f"{tmp_path}/model", "path")

    assert upload(container, content) == ["create ", "mark "]
    assert container.blobs == {place(content): b"weights"}


def test_whole_upload_is_left_alone(container: FakeContainer, content: Content) -> None:
    upload(container, content)

    assert upload(container, content) == []


def test_half_finished_upload_is_completed(container: FakeContainer, content: Content) -> None:
    upload(container, content)
    container.marks.clear()
    del container.blobs[f"{place(content)}/b.bin"]

    assert upload(container, content) == ["create /b.bin", "mark /a.bin"]


def test_other_bytes_in_an_unfinished_upload_are_replaced(container: FakeContainer, content: Content) -> None:
    upload(container, content)
    container.marks.clear()
    container.blobs[f"{place(content)}/b.bin"] = b"B.BIN"

    assert upload(container, content) == ["overwrite /b.bin", "mark /a.bin"]
    assert container.blobs[f"{place(content)}/b.bin"] == b"b.bin"


def test_a_blob_missing_from_a_complete_upload_is_put_back(container: FakeContainer, content: Content) -> None:
    upload(container, content)
    del container.blobs[f"{place(content)}/sub/c.bin"]

    assert upload(container, content) == ["create /sub/c.bin", "mark /a.bin"]


def test_neighbour_with_a_longer_name_is_not_taken_for_ours(container: FakeContainer, content: Content) -> None:
    container.blobs[f"{place(content)}-2/a.bin"] = b"a.bin"

    assert upload(container, content)[0] == "create /a.bin"


def test_parallel_upload_of_the_same_files(container: FakeContainer, content: Content) -> None:
    def somebody_else() -> None:
        container.blobs[f"{place(content)}/a.bin"] = b"a.bin"

    container.interlude = somebody_else

    assert upload(container, content) == ["create /b.bin", "create /sub/c.bin", "mark /a.bin"]


def test_a_blob_that_always_conflicts_ends_in_its_error(
    container: FakeContainer, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise ConflictError("BlobImmutableDueToPolicy")

    monkeypatch.setattr(container, "upload", refuse)
    with pytest.raises(ConflictError):
        upload(container, content)


def test_a_change_during_the_upload_sets_no_metadata(container: FakeContainer, content: Content) -> None:
    container.interlude = lambda: (content.path / "b.bin").write_bytes(b"other")

    with pytest.raises(InvalidOption, match=r"b\.bin changed while"):
        upload(container, content)
    assert container.marks == {}
