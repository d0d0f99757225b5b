# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed, Delivery
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import download
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.counts import Counts, Items
from ansible_collections.mlops.azureml.plugins.module_utils._operations import fetch_results
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_job_results
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    Storage,
    datastore,
    default_datastore,
    job,
    listed,
)

API = "https://eastus.api.azureml.ms"
CHILDREN = f"/history/v1.0{WORKSPACE}/runs/batchjob-1/children"
PLACE = "azureml://datastores/workspaceblobstore/paths/scores/today.csv"
FOLDER = "azureml/child-1/score"
ROWS = b"1.png,7,0.99\n2.png,1,0.52\n3.png,8,0.71\n"


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage()
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


def ended(status: str = "Completed", output: str | None = PLACE) -> Call:
    """A job that has ended; the service assigned its name."""
    return get("jobs/batchjob-1", job(status=status, output=output, key="today"))


def history(references: dict[str, Any]) -> list[Any]:
    """Discovery, the child run, and what it records of its outputs (batch contract 6.5)."""
    runs = [{"runId": "other", "name": "prepare"}, {"runId": "child-1", "name": "batchscoring"}]
    answers = {
        "/discovery": {"api": API},
        CHILDREN: {"value": runs},
        f"/history/v1.0{WORKSPACE}/rundata": {"runDefinition": {"dataReferences": references}},
    }

    workspace = get("", {"properties": {"discoveryUrl": f"{API}/discovery"}})
    return [workspace, *(answered(path, body) for path, body in answers.items())]


def answered(path: str, body: dict[str, Any]) -> Any:
    """One request to run history."""

    def reply(request: httpx.Request) -> httpx.Response:
        assert request.url.path == path
        return httpx.Response(200, json=body)

    return reply


def fetch(run: Run, dest: Path, *calls: Any, **more: Any) -> Any:
    return run(batch_job_results, {"name": "batchjob-1", "dest": str(dest)}, *calls, **more)


# -- the location ----------------------------------------------------------------------------------------------------


def test_the_path_that_the_call_named(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {"scores/today.csv": ROWS, "scores/today.csv2": b"another's"}
    out = fetch(run, tmp_path / "new" / "dest", ended(), datastore())
    assert out["changed"]
    assert (tmp_path / "new" / "dest" / "today.csv").read_bytes() == ROWS
    assert out["batch_job_results"]["location"] == PLACE
    assert [file["name"] for file in out["batch_job_results"]["files"]] == ["today.csv"]
    manifest = json.loads(Path(out["batch_job_results"]["manifest"]).read_text())
    [noted] = manifest["outputs"][PLACE]["files"]
    assert (manifest["outputs"][PLACE]["job"], noted["name"], noted["size"]) == ("batchjob-1", "today.csv", len(ROWS))
    assert out["diff"]["after"]["files"] == ["today.csv"]


def test_the_folder_of_the_run_inside_the_job(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {f"{FOLDER}/predictions.csv": ROWS}
    places = {"score": {"dataStoreName": "workspaceblobstore", "pathOnDataStore": FOLDER}}
    out = fetch(run, tmp_path, ended(output=None), *history(places), datastore())
    assert (tmp_path / "predictions.csv").read_bytes() == ROWS
    assert out["batch_job_results"]["location"].endswith(f"/paths/{FOLDER}")


@pytest.mark.parametrize("folder", [FOLDER, "dataset/child-1/score"])
def test_the_usual_folders_without_a_record_in_history(run: Run, storage: Storage, tmp_path: Path, folder: str) -> None:
    storage.blobs = {f"{folder}/predictions.csv": ROWS}
    fetch(run, tmp_path, ended(output=None), *history({}), default_datastore())
    assert (tmp_path / "predictions.csv").read_bytes() == ROWS


def test_the_folder_of_the_job_itself_comes_last(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {"azureml/batchjob-1/score/predictions.csv": ROWS}
    *before, rundata = history({})
    fetch(run, tmp_path, ended(output=None), *before, rundata, default_datastore(), rundata, rundata)
    assert (tmp_path / "predictions.csv").read_bytes() == ROWS


def test_an_output_in_another_workspace(run: Run, tmp_path: Path) -> None:
    elsewhere = "azureml://subscriptions/s/resourcegroups/rg1/workspaces/other/datastores/store/paths/p.csv"
    out = fetch(run, tmp_path, ended(output=elsewhere))
    assert out.failed
    assert "in another workspace" in out["msg"]


def test_an_output_without_files_is_an_error(run: Run, tmp_path: Path) -> None:
    out = fetch(run, tmp_path / "dest", ended("Failed"), datastore())
    assert out.failed
    assert "left no file of its output 'score'" in out["msg"]
    assert "The job is Failed" in out["msg"]
    assert not (tmp_path / "dest").exists()


@pytest.mark.parametrize("status", ["Running", "Preparing", "NotResponding", "CancelRequested"])
def test_a_job_that_has_not_ended(run: Run, tmp_path: Path, status: str) -> None:
    out = fetch(run, tmp_path, ended(status))
    assert out.failed
    assert f"is {status}" in out["msg"]


def test_no_such_job(run: Run, tmp_path: Path) -> None:
    out = fetch(run, tmp_path, get("jobs/batchjob-1"), default_datastore(), listed())
    assert out.failed
    assert "there is no job 'batchjob-1'" in out["msg"]


# -- which job a name or key means -----------------------------------------------------------------------------------


def attempt(name: str, key: str, status: str = "Completed", output: str | None = PLACE) -> Call:
    return get(f"jobs/{name}", job(name, status, key=key, output=output))


def test_a_name_means_its_last_attempt(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    calls = [attempt("today", "today", "Failed"), attempt("today--2", "today--2"), default_datastore()]
    storage.note("today--2", job="today--2", definition="d")
    out = run(batch_job_results, {"name": "today"}, *calls, get("jobs/today--2", job("today--2", output=PLACE)))
    assert out["batch_job_results"]["name"] == "today--2"
    assert (out["batch_job_results"]["key"], out["batch_job_results"]["attempt"]) == ("today", 2)


def test_a_name_that_the_service_ignored_is_found_by_the_ledger(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    storage.note("today", job="batchjob-1", definition="d")
    storage.note("today--2", job="batchjob-2", definition="d")
    calls = [
        *(get("jobs/today"), default_datastore(), get("jobs/today")),
        *(attempt("batchjob-1", "today", "Failed"), get("jobs/today--2"), attempt("batchjob-2", "today--2")),
    ]
    out = run(batch_job_results, {"name": "today"}, *calls)
    assert (out["batch_job_results"]["name"], out["batch_job_results"]["attempt"]) == ("batchjob-2", 2)
    first = [get("jobs/today"), default_datastore(), get("jobs/today"), attempt("batchjob-1", "today")]
    out = run(batch_job_results, {"name": "today", "try": 1}, *first)
    assert (out["batch_job_results"]["name"], out["batch_job_results"]["attempt"]) == ("batchjob-1", 1)


def test_a_name_that_no_ledger_has_is_found_among_all_jobs(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    others = [job("x", key="today-2"), job("y", at="letters", key="yesterday")]
    jobs = [job("a", "Failed", key="today"), job("c", key="today--12", output=PLACE), job("b", key="today--3"), *others]
    calls = [get("jobs/today"), default_datastore(), listed(*jobs)]
    out = run(batch_job_results, {"name": "today"}, *calls)
    assert (out["batch_job_results"]["name"], out["batch_job_results"]["attempt"]) == ("c", 12)


def test_the_same_name_at_two_endpoints_is_not_guessed(run: Run, storage: Storage) -> None:
    storage.note("today", job="a", definition="d")
    storage.note("today", endpoint="letters", job="b", definition="d")
    out = run(batch_job_results, {"name": "today"}, get("jobs/today"), default_datastore())
    assert "each of the endpoints digits, letters has a job today. Give endpoint_name" in out["msg"]
    storage.blobs = {"scores/today.csv": ROWS}
    b = get("jobs/b", job("b", at="letters", output=PLACE))
    calls = [get("jobs/today"), get("jobs/today"), default_datastore(), b]
    options = {"name": "today", "endpoint_name": "letters", "attempt": 1}
    assert run(batch_job_results, options, *calls)["batch_job_results"]["name"] == "b"


def test_a_key_means_the_job_that_was_started_with_it(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    storage.note("build-7-0123456789ab", job="batchjob-1", definition="d")
    path = "batch-scoring/.jobs/digits/build-7-0123456789ab.json"
    storage.notes[path][1]["caller"] = hashlib.sha256(b"build 7").hexdigest()[:32]
    calls = [default_datastore(), get("jobs/build-7-0123456789ab"), ended()]
    out = run(batch_job_results, {"key": "build 7", "attempt": 1}, *calls)
    assert out["batch_job_results"]["name"] == "batchjob-1"
    out = run(batch_job_results, {"key": "build-7"}, default_datastore())
    assert "there is no job 'build-7'" in out["msg"]


@pytest.mark.parametrize("calls", [(), (ended("Running"),)], ids=["absent", "running"])
def test_check_mode_warns_of_a_job_that_an_earlier_task_may_start(run: Run, calls: tuple[Call, ...]) -> None:
    calls = calls or (get("jobs/batchjob-1"), default_datastore(), listed())
    out = run(batch_job_results, {"name": "batchjob-1", "rows": True}, *calls, check=True)
    assert (out["changed"], out["batch_job_results"]["files"], out["batch_job_results"]["rows"]) == (False, [], [])
    assert "The run will fail unless an earlier task does" in out.warnings[0]


def test_check_mode_reads_the_rows_of_a_completed_job(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    out = run(batch_job_results, {"name": "batchjob-1", "rows": True}, ended(), datastore(), check=True)
    assert len(out["batch_job_results"]["rows"]) == 3


# -- downloading -----------------------------------------------------------------------------------------------------


def test_existing_files_are_not_downloaded_again(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {"scores/today.csv/a.csv": b"a", "scores/today.csv/deep/b.csv": b"b"}
    assert fetch(run, tmp_path, ended(), datastore())["changed"]
    storage.downloads.clear()
    again = fetch(run, tmp_path, ended(), datastore())
    assert (again["changed"], again["diff"], storage.downloads) == (False, {"before": {}, "after": {}}, [])
    (tmp_path / "deep" / "b.csv").write_bytes(b"x")
    third = fetch(run, tmp_path, ended(), datastore())
    assert third["diff"]["after"]["files"] == ["deep/b.csv"]
    assert (tmp_path / "deep" / "b.csv").read_bytes() == b"b"


def test_without_a_checksum_that_of_the_manifest_counts(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs, storage.keeps_md5 = {"scores/today.csv": ROWS}, False
    assert fetch(run, tmp_path, ended(), datastore())["changed"]
    storage.downloads.clear()
    assert not fetch(run, tmp_path, ended(), datastore())["changed"]
    assert storage.downloads == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["today.csv"]
    storage.blobs["scores/today.csv"] = ROWS.upper()
    assert fetch(run, tmp_path, ended(), datastore())["changed"]


def test_without_checksum_and_manifest_bytes_are_compared(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs, storage.keeps_md5 = {"scores/today.csv": ROWS}, False
    (tmp_path / "today.csv").write_bytes(ROWS)
    assert not fetch(run, tmp_path, ended(), datastore())["changed"]
    assert storage.downloads == ["scores/today.csv"]
    fetch(run, tmp_path, ended(), datastore())
    assert storage.downloads == ["scores/today.csv"]


def test_check_mode_downloads_nothing(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    out = fetch(run, tmp_path / "dest", ended(), datastore(), check=True)
    assert (out["changed"], out["diff"]["after"]["files"]) == (True, ["today.csv"])
    assert not (tmp_path / "dest").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/evil", "a//evil", "./evil", "a\\..\\evil", "..", ".batch_job_results/x"]
)
def test_no_blob_name_leads_out_of_the_folder(run: Run, storage: Storage, tmp_path: Path, name: str) -> None:
    storage.blobs = {"scores/today.csv/good.csv": b"good", f"scores/today.csv/{name}": b"evil"}
    out = fetch(run, tmp_path / "dest", ended(), datastore())
    assert out.failed
    assert "cannot become a file below" in out["msg"]
    assert storage.downloads == []
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("name", ["x" * 256, "é" * 128, "/".join(["deep"] * 900)])
def test_a_name_that_is_too_long(run: Run, storage: Storage, tmp_path: Path, name: str) -> None:
    storage.blobs = {"scores/today.csv/good.csv": b"good", f"scores/today.csv/{name}": b"long"}
    out = fetch(run, tmp_path / "dest", ended(), datastore())
    assert "a name is too long for that. Nothing was downloaded" in out["msg"]
    assert storage.downloads == []


def test_names_as_long_as_file_systems_take(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {f"scores/today.csv/{'x' * 255}": b"x"}
    assert fetch(run, tmp_path / "dest", ended(), datastore())["changed"]
    assert (tmp_path / "dest" / ("x" * 255)).read_bytes() == b"x"


@pytest.mark.parametrize(("length", "fits"), [(4095, True), (4096, False)])
def test_a_path_has_at_most_4095_bytes(run: Run, storage: Storage, tmp_path: Path, length: int, fits: bool) -> None:
    rest = length - len(f"{tmp_path}/")
    name = "y/" * (rest // 2 - 1) + "z" * (rest - 2 * (rest // 2 - 1))
    storage.blobs = {f"scores/today.csv/{name}": b"x"}
    out = fetch(run, tmp_path, ended(), datastore(), check=True)
    assert out.failed is not fits
    assert fits or "a name is too long for that" in out["msg"]


def test_four_files_are_downloaded_at_once(
    run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.blobs = {f"scores/today.csv/{number}": b"x" for number in range(8)}
    together, whole = threading.Barrier(4, timeout=5), Storage.read_from
    running: list[int] = []
    most = []

    def read(self: Storage, blob: Any, offset: int) -> Iterator[bytes]:
        running.append(1)
        together.wait()
        most.append(len(running))
        together.wait()
        running.pop()
        yield from whole(self, blob, offset)

    monkeypatch.setattr(Storage, "read_from", read)
    assert fetch(run, tmp_path, ended(), datastore())["changed"]
    assert set(most) == {4}


@pytest.mark.parametrize(
    ("blobs", "message"),
    [
        (("/a", "/a/b"), "a blob 'a' and below it 'a/b'"),
        (("/a", "/a-c", "/a/b/c"), "a blob 'a' and below it 'a/b/c'"),
        (("", "/today.csv"), "two blobs that are both to become today.csv"),
    ],
)
def test_blobs_that_cannot_both_be_files(
    run: Run, storage: Storage, tmp_path: Path, blobs: tuple[str, ...], message: str
) -> None:
    storage.blobs = {f"scores/today.csv{name}": b"x" for name in blobs}
    out = fetch(run, tmp_path / "dest", ended(), datastore())
    assert message in out["msg"]
    assert "Nothing was downloaded" in out["msg"]
    assert not (tmp_path / "dest").exists()


def test_a_folder_where_a_file_should_be(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {"scores/today.csv/a": b"x", "scores/today.csv/b": b"x"}
    (tmp_path / "b").mkdir()
    out = fetch(run, tmp_path, ended(), datastore())
    assert f"{tmp_path / 'b'} is a folder" in out["msg"]
    assert storage.downloads == []


def test_the_own_folder_is_no_link(run: Run, storage: Storage, tmp_path: Path) -> None:
    outside, dest = tmp_path / "outside", tmp_path / "dest"
    outside.mkdir()
    dest.mkdir()
    (dest / ".batch_job_results").symlink_to(outside)
    out = fetch(run, dest)
    assert ".batch_job_results is a link" in out["msg"]
    assert list(outside.iterdir()) == []


def test_a_partial_file_is_no_link(run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    outside, dest = tmp_path / "outside", tmp_path / "dest"

    def cut(_self: Storage, _blob: Any, _offset: int) -> Iterator[bytes]:
        yield ROWS[:1]
        raise ConnectionFailed("cut", delivery=Delivery.UNKNOWN)

    with monkeypatch.context() as cutting:
        cutting.setattr(Storage, "read_from", cut)
        assert fetch(run, dest, ended(), datastore()).failed
    [part] = dest.glob(".batch_job_results/*.part")
    part.unlink()
    part.symlink_to(outside)
    assert "cannot write" in fetch(run, dest, ended(), datastore())["msg"]
    assert not outside.exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "broken",
        "[]",
        '{"outputs": []}',
        '{"outputs": {"x": []}}',
        '{"outputs": {"x": {"files": {}}}}',
        '{"outputs": {"x": {"files": [{"size": 1}]}}}',
        '{"outputs": {"x": {"files": [{"name": 1}]}}}',
        "[" * 100_000,
    ],
)
def test_a_foreign_manifest_is_ignored(run: Run, storage: Storage, tmp_path: Path, manifest: str) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    (tmp_path / ".batch_job_results").mkdir()
    path = tmp_path / ".batch_job_results" / "manifest.json"
    path.write_text(manifest)
    assert fetch(run, tmp_path, ended(), datastore())["changed"]
    assert list(json.loads(path.read_text())["outputs"]) == [PLACE]


def test_links_in_a_circle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dest").symlink_to(tmp_path / "dest")
    assert "dest: cannot read" in fetch(run, tmp_path / "dest")["msg"]


def test_links_in_a_circle_inside_the_folder(run: Run, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "deep").symlink_to(tmp_path / "deep")
    storage.blobs = {"scores/today.csv/deep/file": b"new"}
    message = fetch(run, tmp_path, ended(), datastore())["msg"]
    assert message == f"dest: cannot read {tmp_path} (Too many levels of symbolic links). Choose another folder."


def test_a_link_in_the_folder_leads_nowhere(run: Run, storage: Storage, tmp_path: Path) -> None:
    outside, dest = tmp_path / "outside", tmp_path / "dest"
    outside.mkdir()
    dest.mkdir()
    (dest / "deep").symlink_to(outside)
    (dest / "file").symlink_to(outside / "target")
    storage.blobs = {"scores/today.csv/deep/evil": b"evil"}
    assert fetch(run, dest, ended(), datastore()).failed
    storage.blobs = {"scores/today.csv/file": b"new"}
    assert fetch(run, dest, ended(), datastore())["changed"]
    assert list(outside.iterdir()) == []
    assert (dest / "file").read_bytes() == b"new"


def test_a_file_where_the_folder_should_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dest").write_text("x")
    out = fetch(run, tmp_path / "dest")
    assert out.failed
    assert "is not a folder" in out["msg"]


def test_a_failed_download_leaves_no_half_file(
    run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.blobs = {"scores/today.csv": ROWS}

    def half(_self: Storage, _blob: Any, _offset: int) -> Iterator[bytes]:
        yield ROWS[:5]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Storage, "read_from", half)
    out = fetch(run, tmp_path / "dest", ended(), datastore())
    assert out.failed
    assert "No space left on device" in out["msg"]
    assert [path.name for path in (tmp_path / "dest").iterdir()] == [".batch_job_results"]


def test_an_interrupted_download_is_resumed(
    run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    whole, offsets = Storage.read_from, []

    def cut(self: Storage, blob: Any, offset: int) -> Iterator[bytes]:
        offsets.append(offset)
        yield from itertools.islice(whole(self, blob, offset), 1)
        if len(offsets) == 1:
            raise ConnectionFailed("cut", delivery=Delivery.UNKNOWN)
        yield from whole(self, blob, offset + 4)

    monkeypatch.setattr(Storage, "read_from", cut)
    assert fetch(run, tmp_path, ended(), datastore()).failed
    assert fetch(run, tmp_path, ended(), datastore())["changed"]
    assert offsets == [0, 4]
    assert (tmp_path / "today.csv").read_bytes() == ROWS
    assert [path.name for path in (tmp_path / ".batch_job_results").iterdir()] == ["manifest.json"]


def test_spoilt_bytes_are_thrown_away(
    run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    with monkeypatch.context() as spoiling:
        spoiling.setattr(Storage, "read_from", lambda _self, blob, _offset: iter([b"x" * blob.size]))
        out = fetch(run, tmp_path, ended(), datastore())
    assert "does not fit its size or checksum" in out["msg"]
    assert not (tmp_path / "today.csv").exists()
    assert fetch(run, tmp_path, ended(), datastore())["changed"]


def test_two_tasks_do_not_download_the_same_file_at_once(
    run: Run, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.blobs = {"scores/today.csv": ROWS}

    def busy(*_args: Any) -> None:
        raise BlockingIOError(11, "busy")

    monkeypatch.setattr(download.fcntl, "flock", busy)
    out = fetch(run, tmp_path, ended(), datastore())
    assert "another task is downloading today.csv" in out["msg"]


# -- files of other jobs ---------------------------------------------------------------------------------------------


@pytest.fixture
def earlier(run: Run, storage: Storage, tmp_path: Path) -> Path:
    """A folder with the files of the job yesterday, of which today's job replaces one."""
    storage.blobs = {"scores/today.csv/a.csv": b"old", "scores/today.csv/deep/b.csv": b"b"}
    body = job("yesterday", output=PLACE, key="earlier")
    out = run(batch_job_results, {"name": "yesterday", "dest": str(tmp_path)}, get("jobs/yesterday", body), datastore())
    assert (out["changed"], out["batch_job_results"]["kept"]) == (True, [])
    (tmp_path / "mine.txt").write_text("mine")
    storage.blobs = {"scores/today.csv/a.csv": b"new"}
    return tmp_path


def test_files_of_other_jobs_are_kept_with_a_warning(run: Run, earlier: Path) -> None:
    out = fetch(run, earlier, ended(), datastore())
    assert (out["batch_job_results"]["kept"], out["batch_job_results"]["deleted"]) == (["deep/b.csv"], [])
    [warning] = out.warnings
    assert "still holds files of other jobs (yesterday): deep/b.csv. Set dest_policy=clean" in warning
    assert (earlier / "deep" / "b.csv").read_bytes() == b"b"
    assert (earlier / "a.csv").read_bytes() == b"new"


@pytest.mark.parametrize("check_mode", [True, False])
def test_files_of_other_jobs_are_deleted(run: Run, earlier: Path, check_mode: bool) -> None:
    clean = {"name": "batchjob-1", "dest": str(earlier), "dest_policy": "clean"}
    out = run(batch_job_results, clean, ended(), datastore(), check=check_mode)
    assert (out["changed"], out.warnings) == (True, [])
    assert out["batch_job_results"]["deleted"] == ["deep/b.csv"]
    assert out["diff"]["before"] == {"dest": str(earlier), "files": ["deep/b.csv"]}
    assert out["diff"]["after"] == {"dest": str(earlier), "files": ["a.csv"]}
    assert (earlier / "deep").exists() is check_mode
    assert (earlier / "mine.txt").exists()
    if not check_mode:
        again = run(batch_job_results, clean, ended(), datastore())
        assert (again["changed"], again["batch_job_results"]["deleted"]) == (False, [])


def test_files_that_somebody_changed_are_not_deleted(run: Run, earlier: Path) -> None:
    (earlier / "deep" / "b.csv").write_text("edited")
    out = fetch_with(run, earlier, "clean")
    assert (out["batch_job_results"]["deleted"], out["batch_job_results"]["kept"]) == ([], ["deep/b.csv"])
    assert "deep/b.csv" in out.warnings[0]
    assert "changed since" in out.warnings[0]
    assert (earlier / "deep" / "b.csv").read_text() == "edited"


def test_a_folder_with_files_of_another_job_is_refused(run: Run, storage: Storage, earlier: Path) -> None:
    storage.downloads.clear()
    out = fetch_with(run, earlier, "fail")
    assert "holds files of job yesterday: a.csv, deep/b.csv" in out["msg"]
    assert storage.downloads == []
    (earlier / "a.csv").unlink()
    (earlier / "deep" / "b.csv").unlink()
    assert fetch_with(run, earlier, "fail")["changed"]
    assert not fetch_with(run, earlier, "fail")["changed"]


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", ".batch_job_results/manifest.json", "a/../../outside"])
def test_a_manifest_deletes_nothing_outside_of_its_folder(run: Run, earlier: Path, name: str) -> None:
    outside = earlier.parent / "outside"
    outside.write_text("x")
    path = earlier / ".batch_job_results" / "manifest.json"
    md5 = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
    path.write_text(json.dumps({"outputs": {"x": {"job": "other", "files": [{"name": name, "md5": md5}]}}}))
    assert fetch_with(run, earlier, "clean")["batch_job_results"]["deleted"] == []
    assert outside.exists()
    assert path.exists()
    outside.unlink()


def fetch_with(run: Run, dest: Path, policy: str) -> Any:
    options = {"name": "batchjob-1", "dest": str(dest), "dest_policy": policy}
    return run(batch_job_results, options, ended(), datastore())


# -- rows ------------------------------------------------------------------------------------------------------------


def rows(run: Run, *calls: Any, **options: Any) -> Any:
    return run(batch_job_results, {"name": "batchjob-1", "rows": True, **options}, *calls)


def test_rows_are_lists_or_maps_of_typed_values(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    out = rows(run, ended(), datastore())
    assert not out["changed"]
    assert out["batch_job_results"]["rows"][0] == ["1.png", 7, 0.99]
    named = rows(run, ended(), datastore(), columns=["file", "digit", "probability"])
    assert named["batch_job_results"]["rows"][1] == {"file": "2.png", "digit": 1, "probability": 0.52}
    assert named["batch_job_results"]["truncated"] is False


def test_a_limit_and_another_separator(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS.replace(b",", b" ")}
    out = rows(run, ended(), datastore(), limit=2, separator=" ")["batch_job_results"]
    assert ([row[0] for row in out["rows"]], out["truncated"]) == (["1.png", "2.png"], True)


@pytest.mark.parametrize(("lines", "truncated"), [(1000, False), (1001, True)])
def test_a_thousand_rows_are_returned_by_default(run: Run, storage: Storage, lines: int, truncated: bool) -> None:
    storage.blobs = {"scores/today.csv": b"1\n" * lines}
    out = rows(run, ended(), datastore())
    assert (len(out["batch_job_results"]["rows"]), out["batch_job_results"]["truncated"]) == (1000, truncated)
    assert ["only the first 1000 rows" in warning for warning in out.warnings] == [True] * truncated
    limited = rows(run, ended(), datastore(), limit=1000)
    assert (limited["batch_job_results"]["truncated"], limited.warnings) == (truncated, [])


def test_columns_that_do_not_fit(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    out = rows(run, ended(), datastore(), columns=["file"])
    assert out.failed
    assert "1 are named" in out["msg"]


def test_which_file_has_the_rows(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv/predictions.csv": b"p\n", "scores/today.csv/other.csv": b"o\n"}
    children = [*history({})[:2], answered(CHILDREN, {"value": []})]
    assert rows(run, ended(), datastore(), *children)["batch_job_results"]["rows"] == [["p"]]
    assert rows(run, ended(), datastore(), file="other.csv")["batch_job_results"]["rows"] == [["o"]]
    out = rows(run, ended(), datastore(), file="no.csv")
    assert "name one of: other.csv, predictions.csv" in out["msg"]
    del storage.blobs["scores/today.csv/predictions.csv"]
    storage.blobs["scores/today.csv/more.csv"] = b"m\n"
    assert "several files" in rows(run, ended(), datastore())["msg"]


@pytest.mark.parametrize(("items", "is_warned"), [(3, False), (2, True), (4, True), (None, False)])
def test_more_or_fewer_rows_than_items_are_warned_of(
    run: Run, storage: Storage, monkeypatch: pytest.MonkeyPatch, items: int | None, is_warned: bool
) -> None:
    monkeypatch.setattr(fetch_results, "read_counts", lambda _job, _workspace: Counts(Items(succeeded=items)))
    storage.blobs = {"scores/today.csv/predictions.csv": ROWS}
    out = rows(run, ended(), datastore())
    assert [f"has 3 rows, and the job scored {items} items" in warning for warning in out.warnings] == [
        True
    ] * is_warned


def test_the_task_may_decide_the_types(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    columns = ["file", "digit", "probability"]
    out = rows(run, ended(), datastore(), columns=columns, types={"digit": "str"})["batch_job_results"]
    assert out["rows"][0] == {"file": "1.png", "digit": "7", "probability": 0.99}
    out = rows(run, ended(), datastore(), infer_types=False)["batch_job_results"]
    assert out["rows"][0] == ["1.png", "7", "0.99"]


@pytest.mark.parametrize(
    ("name", "content", "options", "row"),
    [
        ("p.tsv", b"1.png\t7\n", {}, ["1.png", 7]),
        ("p.jsonl", b'{"file": "1.png", "digit": 7}\n', {}, {"file": "1.png", "digit": 7}),
        ("p.txt", b'[1, "a"]\n', {"format": "json_lines", "columns": ["x", "y"]}, {"x": 1, "y": "a"}),
        ("p.csv", b"file,digit\n1.png,7\n", {"header": True}, {"file": "1.png", "digit": 7}),
    ],
)
def test_the_format_is_chosen_by_the_name_or_the_task(
    run: Run, storage: Storage, name: str, content: bytes, options: dict[str, Any], row: Any
) -> None:
    storage.blobs = {f"scores/today.csv/{name}": content}
    assert rows(run, ended(), datastore(), **options)["batch_job_results"]["rows"] == [row]


@pytest.mark.parametrize(
    "options",
    [
        {"limit": 0},
        {"separator": "::"},
        {"separator": "\n"},
        {"separator": '"'},
        {"columns": ["x", "y", "x"]},
        {"header": True, "columns": ["x"]},
        {"types": {"x": "complex"}},
        {"types": {"x": ["int"]}},
    ],
)
def test_options_that_cannot_be(run: Run, options: dict[str, Any]) -> None:
    out = rows(run, **options)
    assert out.failed
    assert any(out["msg"].startswith(f"{option}: ") for option in options)


@pytest.mark.parametrize("name", ["", "../datastores/workspaceblobstore", "a/b", "a b", "-a", "é", "x" * 256, "a\n"])
def test_names_that_no_job_can_have(run: Run, name: str) -> None:
    assert "cannot be the name of a scoring job" in rows(run, name=name)["msg"]


def test_a_later_attempt_has_a_name(run: Run) -> None:
    calls = [get("jobs/today--2"), default_datastore(), listed()]
    assert "there is no job 'today--2'" in rows(run, *calls, name="today--2")["msg"]


def test_options_that_do_not_apply_to_the_format_are_refused(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv/p.jsonl": b"[1]\n"}
    assert "header: does not apply" in rows(run, ended(), datastore(), header=True)["msg"]


def test_bytes_that_are_no_text_are_warned_of(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": "a.png,1\nbé.png,2\ncé.png,3\n".encode("latin-1")}
    out = rows(run, ended(), datastore())
    assert len(out["batch_job_results"]["rows"]) == 3
    [warning] = out.warnings
    assert warning.startswith("rows: line 2 of today.csv has replacement characters")


@pytest.mark.parametrize(
    ("end", "is_warned"),
    [
        ("2026-01-31T05:59:00.1234567Z", True),
        ("2026-01-31T05:59:54Z", True),
        ("2026-01-31T05:59:55Z", False),
        (None, False),
        ("soon", False),
    ],
)
def test_a_file_that_is_newer_than_the_end_of_its_job(
    run: Run, storage: Storage, end: str | None, is_warned: bool
) -> None:
    storage.blobs = {"scores/today.csv": ROWS}
    body = job(output=PLACE, key="today")
    body["properties"]["properties"]["EndTimeUtc"] = end
    out = rows(run, get("jobs/batchjob-1", body), datastore())
    assert [("after job batchjob-1 had ended" in warning) for warning in out.warnings] == [True] * is_warned
