# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import log_files
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_job_logs
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    CLIENT_SECRET,
    TOKEN,
    WORKSPACE,
    Call,
    Run,
    error,
    get,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    Storage,
    datastore,
    default_datastore,
    job,
    listed,
)

API = "https://eastus.api.azureml.ms"
RUN = "ExperimentRun/dcid.child-1"
STDOUT = f"{RUN}/logs/user/stdout/10.0.0.4/process000.stdout.txt"
LOGS = {
    f"{RUN}/logs/job_progress_overview.txt": b"There are 2 tasks with 4 items.\n",
    f"{RUN}/logs/user/error.txt": b"process000: ValueError: bad\n",
    f"{RUN}/logs/user/error/10.0.0.4/process000.txt": b"Traceback (most recent call last):\n  File\nValueError: bad\n",
    STDOUT: b"one\ntwo\nthree\n",
    f"{RUN}/logs/user/stdout/10.0.0.4/process001.stdout.txt": b"four\n",
    f"{RUN}/logs/user/stderr/10.0.0.4/process000.stderr.txt": b"",
    f"{RUN}/logs/sys/job_report/processed_mini-batches.csv": b"Task Id\n1\n",
    f"{RUN}/azureml-logs/70_driver_log.txt": b"driver\n",
    "ExperimentRun/dcid.child-10/logs/user/error.txt": b"of another run\n",
}
ALL = ["overview", "errors", "stdout", "stderr", "system"]


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage(dict(LOGS))
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


def of_job(status: str = "Completed", name: str = "batchjob-1", key: str = "today") -> Call:
    return get(f"jobs/{name}", job(name, status, key=key))


def reads(*runs: tuple[str, str], children: int = 200, name: str = "batchjob-1") -> list[Any]:
    """What is asked before the logs are read: their store, run history, and the runs inside the job."""

    def discover(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"api": API})

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/history/v1.0{WORKSPACE}/runs/{name}/children"
        if children != 200:
            return httpx.Response(children, json=error("UserError", "none"))
        found = runs or (("child-1", "batchscoring"),)
        return httpx.Response(200, json={"value": [{"runId": run, "name": named} for run, named in found]})

    workspace = get("", {"properties": {"discoveryUrl": f"{API}/discovery"}})
    return [datastore("workspaceartifactstore"), workspace, discover, answer]


def logs(run: Run, *calls: Any, check: bool = False, **options: Any) -> Any:
    return run(batch_job_logs, {"name": "batchjob-1", **options}, *(calls or (of_job(), *reads())), check=check)


def by_name(out: Any) -> dict[str, Any]:
    return {found["name"]: found for found in out["batch_job_logs"]["logs"]}


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Running", "Completed", "Failed", "Canceled", "Queued"])
@pytest.mark.parametrize("check", [True, False])
def test_the_logs_of_a_job_in_any_state(run: Run, status: str, check: bool) -> None:
    out = logs(run, of_job(status), *reads(), check=check)
    assert (out["changed"], out["batch_job_logs"]["status"], out.warnings) == (False, status, [])
    kinds = [found["kind"] for found in out["batch_job_logs"]["logs"]]
    assert kinds == ["overview", "errors", "errors", "stdout", "stdout", "stderr"]
    found = by_name(out)["logs/user/stdout/10.0.0.4/process000.stdout.txt"]
    assert (found["node"], found["process"], found["run"], found["run_id"]) == (
        *("10.0.0.4", "process000"),
        *("batchscoring", "child-1"),
    )
    assert (found["lines"], found["truncated"], found["size"]) == (["one", "two", "three"], False, 14)
    traceback = by_name(out)["logs/user/error/10.0.0.4/process000.txt"]
    assert (traceback["node"], traceback["process"]) == ("10.0.0.4", "process000")
    assert by_name(out)["logs/user/error.txt"]["process"] is None


@pytest.mark.parametrize(
    ("kind", "count"), [("overview", 1), ("errors", 2), ("stdout", 2), ("stderr", 1), ("system", 2)]
)
def test_each_kind(run: Run, kind: str, count: int) -> None:
    out = logs(run, kind=[kind])
    assert [found["kind"] for found in out["batch_job_logs"]["logs"]] == [kind] * count


@pytest.mark.parametrize(
    ("count", "expected", "cut"), [(1, ["three"], True), (2, ["two", "three"], True), (3, None, False), (0, [], True)]
)
def test_the_last_lines(run: Run, count: int, expected: list[str] | None, cut: bool) -> None:
    found = by_name(logs(run, lines=count, kind=["stdout"]))["logs/user/stdout/10.0.0.4/process000.stdout.txt"]
    assert (found["lines"], found["truncated"]) == (expected if expected is not None else ["one", "two", "three"], cut)


def test_two_hundred_lines_by_default_of_which_some_are_long(run: Run, storage: Storage) -> None:
    storage.blobs = {STDOUT: b"".join(b"%d %s\n" % (number, b"x" * 1000) for number in range(1000))}
    [found] = logs(run)["batch_job_logs"]["logs"]
    assert [line.partition(" ")[0] for line in found["lines"]] == [str(number) for number in range(800, 1000)]
    assert all(len(line) > 1000 for line in found["lines"])
    assert found["truncated"]


def test_no_logs_yet(run: Run, storage: Storage) -> None:
    storage.blobs = {}
    assert logs(run, of_job("Preparing"), *reads())["batch_job_logs"]["logs"] == []
    assert logs(run, of_job("NotStarted"), *reads(children=404))["batch_job_logs"]["logs"] == []


def test_the_steps_of_a_pipeline_and_the_job_itself(run: Run, storage: Storage) -> None:
    storage.blobs = {
        "ExperimentRun/dcid.a/user_logs/std_log.txt": b"of a\n",
        "ExperimentRun/dcid.b/user_logs/std_log.txt": b"of b\n",
        "ExperimentRun/dcid.batchjob-1/logs/azureml/executionlogs.txt": b"of the job\n",
    }
    out = logs(run, of_job(), *reads(("a", "prepare"), ("b", "train")), kind=ALL)
    assert [(found["run"], found["kind"], found["lines"]) for found in out["batch_job_logs"]["logs"]] == [
        ("prepare", "stdout", ["of a"]),
        ("train", "stdout", ["of b"]),
        ("careful_bulb_plwyqfx0", "system", ["of the job"]),
    ]


def test_logs_that_cannot_be_read_are_an_error(run: Run, storage: Storage) -> None:
    storage.broken = ServiceError("Could not list blobs: status 403. Let this identity read the storage.", status=403)
    out = logs(run)
    assert "status 403" in out["msg"]
    assert (
        "there is no datastore 'workspaceartifactstore'"
        in logs(run, of_job(), get("datastores/workspaceartifactstore"))["msg"]
    )


# -- which job -------------------------------------------------------------------------------------------------------


def test_the_last_attempt_of_a_name_or_the_one_asked_for(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d", job="batchjob-1")
    storage.note("today--2", definition="d", job="batchjob-2")
    begin = [get("jobs/today"), default_datastore(), get("jobs/today"), of_job("Failed")]
    last = [get("jobs/today--2"), of_job(name="batchjob-2", key="today--2")]
    out = logs(run, *begin, *last, *reads(name="batchjob-2"), name="today")
    assert (out["batch_job_logs"]["key"], out["batch_job_logs"]["attempt"]) == ("today", 2)
    out = logs(run, *begin, *reads(), name="today", **{"try": 1})
    assert (out["batch_job_logs"]["name"], out["batch_job_logs"]["attempt"]) == ("batchjob-1", 1)


def test_an_absent_job(run: Run) -> None:
    absent = [get("jobs/batchjob-1"), default_datastore(), listed()]
    assert "there is no job 'batchjob-1'" in logs(run, *absent)["msg"]
    predicted = logs(run, *absent, check=True)
    assert (predicted["batch_job_logs"]["logs"], predicted["changed"]) == ([], False)
    assert "there is no job 'batchjob-1'" in predicted.warnings[0]


@pytest.mark.parametrize("options", [{"lines": -1}, {"max_bytes": 0}, {"kind": ["all"]}, {"key": "x"}, {"attempt": 0}])
def test_options_that_cannot_be(run: Run, options: dict[str, Any]) -> None:
    assert run(batch_job_logs, {"name": "batchjob-1", **options}).failed
    assert run(batch_job_logs, {}).failed


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dest", [True, False])
def test_what_is_cut_is_said(run: Run, storage: Storage, tmp_path: Path, dest: bool) -> None:
    storage.blobs = {STDOUT: b"".join(b"line %03d\n" % number for number in range(100))}
    options: dict[str, Any] = {"max_bytes": 100, **({"dest": str(tmp_path)} if dest else {})}
    out = logs(run, **options)
    [found] = out["batch_job_logs"]["logs"]
    assert found["lines"] == [f"line {number:03}" for number in range(89, 100)]
    assert found["truncated"]
    assert "max_bytes: logs/user/stdout/10.0.0.4/process000.stdout.txt were read in part" in out.warnings[0]
    if dest:
        assert (tmp_path / found["file"]).read_text().splitlines() == found["lines"]


def test_the_limit_is_that_of_all_logs_together(run: Run, storage: Storage) -> None:
    storage.blobs = {STDOUT.replace("000", f"{number:03}"): b"line\n" * 10 for number in range(4)}
    out = logs(run, max_bytes=120)
    assert [len(found["lines"]) for found in out["batch_job_logs"]["logs"]] == [10, 10, 3, 0]
    assert "process002.stdout.txt, logs/user/stdout/10.0.0.4/process003.stdout.txt were read in part" in out.warnings[0]


def test_a_file_is_read_no_further_than_its_last_lines(
    run: Run, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "_FIRST_READ", 16)
    storage.blobs = {STDOUT: b"line\n" * 10_000}
    asked: list[int] = []
    whole = Storage.read_end

    def read_end(self: Storage, name: str, limit: int) -> bytes:
        asked.append(limit)
        return whole(self, name, limit)

    monkeypatch.setattr(Storage, "read_end", read_end)
    assert len(logs(run, lines=20)["batch_job_logs"]["logs"][0]["lines"]) == 20
    assert asked == [16, 128]


# -- secrets and terminals -------------------------------------------------------------------------------------------

SIGNED = "https://a.blob.core.windows.net/c/b?sv=2024&sig=planted%2Bsignature%3D"


@pytest.mark.parametrize("kind", ["stdout", "system"])
def test_secrets_are_in_neither_result_nor_file(run: Run, storage: Storage, tmp_path: Path, kind: str) -> None:
    name = STDOUT if kind == "stdout" else f"{RUN}/logs/sys/x.txt"
    text = (
        f"read {SIGNED}\ntoken {TOKEN} and {CLIENT_SECRET}\nAccountKey=c2VjcmV0a2V5\nBearer abcdefghijklmnop\nplain\n"
    )
    storage.blobs = {name: text.encode()}
    out = logs(run, kind=[kind], dest=str(tmp_path))
    [found] = out["batch_job_logs"]["logs"]
    copy = (tmp_path / found["file"]).read_text()
    for secret in ("planted%2B", TOKEN, CLIENT_SECRET, "c2VjcmV0a2V5", "abcdefghijklmnop"):
        assert secret not in copy
        assert secret not in str(found)
    assert found["lines"][0] == "read https://a.blob.core.windows.net/c/b"
    assert found["lines"][-1] == "plain"
    assert copy.splitlines()[-1] == "plain"


def test_no_secret_is_cut_in_half(run: Run, storage: Storage) -> None:
    storage.blobs = {STDOUT: f"token {TOKEN}\nlast\n".encode()}
    out = logs(run, max_bytes=len("half of it\nlast\n"))
    assert out["batch_job_logs"]["logs"][0]["lines"] == ["last"]


def test_control_characters_are_spelled_out(run: Run, storage: Storage) -> None:
    storage.blobs = {STDOUT: b"\x1b[2J\tok\r\n50 %\r100 %\n\xff\x00\n"}
    assert logs(run)["batch_job_logs"]["logs"][0]["lines"] == ["\\x1b[2J\tok", "50 %\\r100 %", "\ufffd\\x00"]


# -- downloading -----------------------------------------------------------------------------------------------------


def test_logs_are_downloaded_once(run: Run, storage: Storage, tmp_path: Path) -> None:
    dest = tmp_path / "new" / "logs"
    predicted = logs(run, dest=str(dest), check=True)
    assert not dest.exists()
    done = logs(run, dest=str(dest))
    assert predicted["diff"] == done["diff"]
    assert done["changed"]
    assert (dest / "logs/user/stdout/10.0.0.4/process000.stdout.txt").read_bytes() == LOGS[STDOUT]
    assert (dest / "logs/user/stderr/10.0.0.4/process000.stderr.txt").read_bytes() == b""
    assert len(done["diff"]["after"]["files"]) == 6
    again = logs(run, dest=str(dest))
    assert (again["changed"], again["diff"]) == (False, {"before": {}, "after": {}})
    storage.blobs[STDOUT] += b"more\n"
    grown = logs(run, dest=str(dest))
    assert grown["diff"]["after"]["files"] == ["logs/user/stdout/10.0.0.4/process000.stdout.txt"]
    (dest / "logs/user/error.txt").write_text("changed")
    assert logs(run, dest=str(dest))["diff"]["after"]["files"] == ["logs/user/error.txt"]
    manifest = json.loads(Path(done["batch_job_logs"]["manifest"]).read_text())
    assert [output["job"] for output in manifest["outputs"].values()] == ["batchjob-1"]


def test_runs_of_a_pipeline_have_folders(run: Run, storage: Storage, tmp_path: Path) -> None:
    storage.blobs = {f"ExperimentRun/dcid.{name}/user_logs/std_log.txt": name.encode() for name in "ab"}
    logs(run, of_job(), *reads(("a", "one"), ("b", "two")), dest=str(tmp_path))
    assert (tmp_path / "b" / "user_logs" / "std_log.txt").read_text() == "b"


def other(run: Run, storage: Storage, dest: Path) -> None:
    storage.blobs = {f"ExperimentRun/dcid.child-2/logs/user/stdout/n/{name}": b"x" for name in ("a.txt", "b.txt")}
    logs(
        run,
        of_job(name="batchjob-2"),
        *reads(("child-2", "batchscoring"), name="batchjob-2"),
        name="batchjob-2",
        dest=str(dest),
    )
    storage.blobs = dict(LOGS)


@pytest.mark.parametrize("check", [True, False])
def test_files_of_another_job(run: Run, storage: Storage, tmp_path: Path, check: bool) -> None:
    other(run, storage, tmp_path)
    kept = logs(run, dest=str(tmp_path), check=check)
    assert kept["batch_job_logs"]["kept"] == ["logs/user/stdout/n/a.txt", "logs/user/stdout/n/b.txt"]
    assert "still holds files of other jobs (batchjob-2)" in kept.warnings[0]
    refused = logs(run, dest=str(tmp_path), dest_policy="fail", check=check)
    assert "holds files of job batchjob-2" in refused["msg"]
    cleaned = logs(run, dest=str(tmp_path), dest_policy="clean", check=check)
    assert cleaned["batch_job_logs"]["deleted"] == ["logs/user/stdout/n/a.txt", "logs/user/stdout/n/b.txt"]
    assert (tmp_path / "logs/user/stdout/n").exists() is check
    assert cleaned["changed"]


def test_dest_policy_fail_writes_nothing(run: Run, storage: Storage, tmp_path: Path) -> None:
    other(run, storage, tmp_path)
    logs(run, dest=str(tmp_path), dest_policy="fail")
    assert not (tmp_path / "logs/user/error.txt").exists()


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", ".batch_job_logs/x", ".batch_job_results/x"])
def test_no_name_leads_out_of_the_folder(run: Run, storage: Storage, tmp_path: Path, name: str) -> None:
    storage.blobs = {f"{RUN}/{name}": b"evil", **LOGS}
    out = logs(run, dest=str(tmp_path / "dest"), kind=ALL)
    assert "cannot become a file below" in out["msg"]
    assert not list(tmp_path.rglob("*evil*"))
    assert not (tmp_path / "dest" / "logs").exists()


def test_a_folder_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is not a folder" in run(batch_job_logs, {"name": "batchjob-1", "dest": str(tmp_path / "file")})["msg"]
    (tmp_path / "dest" / "logs").mkdir(parents=True)
    (tmp_path / "dest" / "logs" / "user").write_text("")
    assert "dest: cannot read" in logs(run, dest=str(tmp_path / "dest"))["msg"]
