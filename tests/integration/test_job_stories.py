"""Real scripts on real files: what operators meet, and what the modules say about it."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import route
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.failure import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_logs import FetchLogs
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_results import FetchResults
from ansible_collections.mlops.azureml.plugins.module_utils._operations.list_jobs import ListJobs
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob
from ansible_collections.mlops.azureml.plugins.module_utils._service.scoring import Scoring
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL
from ansible_collections.mlops.azureml.plugins.modules.code import CODE

from tests.demo.make_digits import make_digits
from tests.demo.train import WEIGHTS, train

from .engine import Done, Engine
from .local_workspace import LocalWorkspace
from .stories import ENDPOINT, FILES

Give = Callable[..., Done]
DEMO = Path(__file__).parents[1] / "demo" / "score"


@pytest.fixture
def engine(deployed: LocalWorkspace, tmp_path: Path) -> Engine:
    return Engine(deployed.settings, tmp_path / "cache")


@pytest.fixture
def deploy(engine: Engine) -> Iterator[Callable[..., str]]:
    """Make a deployment beside the story's, of its model unless another is named; gives its name."""
    made: list[str] = []

    def put(code: str, script: str, **settings: Any) -> str:
        made.append(f"strange-{uuid.uuid4().hex[:8]}")
        desired = {
            "model": "azureml:words:1",
            "code_configuration": {"code": code, "scoring_script": script},
            "environment": "azureml:words-env:1",
            "compute": "words-cluster",
            **settings,
        }
        done = engine.run(Manage(BATCH_DEPLOYMENT), endpoint_name=ENDPOINT, name=made[-1], **desired)
        assert not done.failed, done.message
        return made[-1]

    yield put
    for name in made:
        engine.run(Manage(BATCH_DEPLOYMENT), endpoint_name=ENDPOINT, name=name, state="absent", force=True)


@pytest.fixture
def strange(engine: Engine, deploy: Callable[..., str]) -> Callable[..., str]:
    """Deploy the strange script with these settings."""
    code = engine.run(Publish(CODE), name="strange", path=str(FILES / "scripts"))["code"]["id"]

    def put(**settings: Any) -> str:
        usual = {"mini_batch_size": 1, "retry_settings": {"max_retries": 1, "timeout": 20}}
        return deploy(code, "strange.py", **{**usual, **settings})

    return put


@pytest.fixture
def give(engine: Engine, tmp_path: Path) -> Give:
    """Score files with these contents, which are written to a local folder first."""

    def score(deployment: str | None, contents: dict[str, str], **options: Any) -> Done:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        for name, text in contents.items():
            (folder / name).write_text(text)
        usual = {"endpoint_name": ENDPOINT, "name": uuid.uuid4().hex, "deployment_name": deployment}
        return engine.run(RunJob(), **{**usual, "inputs": {"files": {"path": str(folder)}}, **options})

    return score


def rows(engine: Engine, done: Done, **options: Any) -> Any:
    assert not done.failed, done.message
    fetched = engine.run(FetchResults(), name=done["batch_job"]["name"], rows=True, **options)
    assert not fetched.failed, fetched.message
    return fetched["batch_job_results"]["rows"]


# -- what comes out ----------------------------------------------------------------------------------------------------


@pytest.mark.on_request
def test_digits_by_the_thousand(engine: Engine, deploy: Callable[..., str], tmp_path: Path) -> None:
    """The demo's own model and script, on each image exactly once."""
    digits, model = tmp_path / "digits", tmp_path / "model"
    make_digits(digits)
    train(digits, model)
    images = {image.name for image in (digits / "train").iterdir()}
    published = engine.run(Publish(MODEL), name="digits", path=str(model / WEIGHTS))["model"]["id"]
    code = engine.run(Publish(CODE), name="digits-score", path=str(DEMO))["code"]["id"]
    settings = {"mini_batch_size": 20, "max_concurrency_per_instance": 2}
    reader = deploy(code, "score.py", model=published, **settings)
    inputs = {"images": {"path": str(digits / "train")}}
    begin = time.monotonic()
    done = engine.run(RunJob(), endpoint_name=ENDPOINT, deployment_name=reader, name="digits", inputs=inputs)
    found = rows(engine, done, columns=["file", "digit", "probability"], limit=2 * len(images))
    print(f"\n{len(images)} images uploaded, scored and fetched in {time.monotonic() - begin:.1f} s")
    assert len(images) > 1000
    assert sorted(row["file"] for row in found) == sorted(images)
    labels = dict(line.split(",") for line in (digits / "labels.csv").read_text().splitlines())
    right = sum(str(row["digit"]) == labels[row["file"]] for row in found)
    assert right / len(found) > 0.95


def test_data_frames_are_written_with_spaces(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    done = give(strange(environment_variables={"FRAME": "1"}), {"a.txt": "one", "b.txt": "three"})
    assert sorted(rows(engine, done, separator=" ")) == [["a.txt", 3, 1.5], ["b.txt", 5, 2.5]]


def test_a_script_that_writes_its_own_files(
    engine: Engine, strange: Callable[..., str], give: Give, tmp_path: Path
) -> None:
    deployment = strange(output_action="summary_only", environment_variables={"SUMMARY": "1"})
    done = give(deployment, {"a.txt": "one", "b.txt": "two"})
    fetched = engine.run(FetchResults(), name=done["batch_job"]["name"], dest=str(tmp_path / "dest"))
    assert [file["name"] for file in fetched["batch_job_results"]["files"]] == ["a.txt", "b.txt"]
    assert (tmp_path / "dest" / "b.txt").read_text() == "1"


NAMES = ("größe 1.txt", "数字.txt", "a+b & c#.txt", "100 %.txt", "a%20b.txt", "50%", "q?x=1;y.txt", "'\"~.txt")


def test_names_of_all_peoples(engine: Engine, strange: Callable[..., str], give: Give, tmp_path: Path) -> None:
    """Of inputs, of what a script writes, and of the file with the predictions."""
    contents = {name: "x" * number for number, name in enumerate(NAMES, start=1)}
    done = give(strange(), contents, output_file_name="größe 100 %.csv")
    assert {row[0]: row[1] for row in rows(engine, done)} == {name: len(text) for name, text in contents.items()}
    dest = tmp_path / "für 100 %"
    engine.run(FetchResults(), name=done["batch_job"]["name"], dest=str(dest))
    assert (dest / "größe 100 %.csv").is_file()

    own = give(strange(output_action="summary_only", environment_variables={"SUMMARY": "1"}), contents)
    engine.run(FetchResults(), name=own["batch_job"]["name"], dest=str(dest))
    assert {path.name for path in dest.glob("*.txt")} == {f"{Path(name).stem}.txt" for name in NAMES}


def test_files_without_content_are_scored_too(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    assert rows(engine, give(strange(), {"empty.txt": ""})) == [["empty.txt", 0, 0.0]]


def test_failures_below_the_threshold_are_no_failure(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    done = give(strange(error_threshold=1), {"a.txt": "good", "b.txt": "fail"})
    assert [row[0] for row in rows(engine, done)] == ["a.txt"]


# -- what goes wrong ---------------------------------------------------------------------------------------------------

NOWHERE = {"path": "azureml://datastores/workspaceblobstore/paths/no/such/folder"}
TABLE = {"path": "azureml://datastores/workspaceblobstore/paths/LocalUpload", "type": "mltable"}
FOREIGN = {"path": "https://somebodyelses.blob.core.windows.net/images/january"}
ABOVE = {"error_threshold": 0}
SLOW = {"retry_settings": {"max_retries": 1, "timeout": 1}, **ABOVE}


@dataclass(frozen=True)
class Failure:
    """A job that fails, the part of the documented cause that it is given, and what its logs say besides."""

    cause: str
    logged: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=lambda: {"a.txt": "good", "b.txt": "good"})
    inputs: dict[str, str] | None = None


FAILURES = {
    "azureml-core": Failure("azureml-core", "azureml", {"environment_variables": {"IMPORTS": "azureml"}}),
    "import": Failure("does not contain", "no_such_package", {"environment_variables": {"IMPORTS": "no_such_package"}}),
    "hang": Failure("longer than the deployment allows", "took longer than 1 s", SLOW, {"a.txt": "hang"}),
    "foreign storage": Failure("may not read the storage", inputs=FOREIGN),
    "no such folder": Failure("cannot be mounted", inputs=NOWHERE),
    "table": Failure("not supported", inputs=TABLE),
    "nothing read": Failure("could be read", "No objects to concatenate", ABOVE, {"a.txt": "nothing"}),
    "nothing succeeds": Failure("run() failed, or returned nothing", "cannot read a.txt", {}, {"a.txt": "fail"}),
}
ABOVE_THRESHOLD = {
    "an exception": (
        {"a.txt": "good", "b.txt": "fail", "c.txt": "good"},
        "cannot read b.txt",
        r"First error of the script: ValueError: .* \(\w+\.py, line \d+, in run\)",
    ),
    "a crash": ({"a.txt": "crash"}, "status 3", ""),
}
# What appears between check and start: test_an_output_that_appears_after_the_start.
ELSEWHERE = "never overwrites"


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_explains_itself(strange: Callable[..., str], give: Give, failure: Failure) -> None:
    more = {"inputs": {"files": failure.inputs}, "missing_input": "warn"} if failure.inputs else {}
    done = give(strange(**failure.settings), failure.contents, **more)
    assert done.failed
    [known] = [known for known in KNOWN if failure.cause in known.cause]
    assert (done["cause"], done["hint"]) == (known.cause, known.remedy)
    assert re.search(known.pattern, done["service_message"], re.IGNORECASE)
    assert failure.logged in "\n".join((*done["errors"], *done["progress"]))
    assert done["hint"] in done.message
    assert done["failed_step"]["name"] == "batchscoring"
    assert done["batch_job"]["studio_url"].startswith("https://")


@pytest.mark.parametrize(("contents", "logged", "message"), ABOVE_THRESHOLD.values(), ids=ABOVE_THRESHOLD)
def test_a_job_that_its_threshold_ends_says_so(
    strange: Callable[..., str], give: Give, contents: dict[str, str], logged: str, message: str
) -> None:
    done = give(strange(**ABOVE), contents)
    assert done["cause"] == "1 item failed, more than error_threshold 0 allows."
    assert logged in "\n".join((*done["errors"], *done["progress"]))
    assert re.search(message, done.message)


def test_every_documented_message_has_its_story() -> None:
    covered = [*(failure.cause for failure in FAILURES.values()), ELSEWHERE, "init() or run()"]
    assert [known.cause for known in KNOWN if not any(part in known.cause for part in covered)] == []


def test_any_other_failure_is_reported_in_the_words_of_the_service(deploy: Callable[..., str], give: Give) -> None:
    """Here: what a workspace says that runs no scripts of its own making."""
    bare = deploy("", "", code_configuration=None)
    done = give(bare, {"a.txt": "one"})
    assert done["cause"] == done["service_message"]
    assert "the deployment names none" in done["cause"]
    assert "Read the job's logs with batch_job_logs" in done["hint"]


@pytest.mark.parametrize(
    ("broken", "said", "advice"),
    [
        ("token", "Audiences in Jwt are not allowed", "cloud_environment"),
        ("default", "No valid deployments to route to", "default deployment"),
    ],
)
def test_a_refused_call_explains_itself(
    engine: Engine, give: Give, monkeypatch: pytest.MonkeyPatch, broken: str, said: str, advice: str
) -> None:
    endpoint = f"bare-{uuid.uuid4().hex[:8]}"
    engine.run(Manage(BATCH_ENDPOINT), name=endpoint)
    if broken == "token":
        monkeypatch.setattr(
            Scoring,
            "_token",
            lambda scoring, url, fresh: scoring._credentials.token(
                scoring._cloud.management_audience, to=url, fresh=fresh
            ),
        )
        endpoint = ENDPOINT
    else:  # the default is deleted between the check and the call
        monkeypatch.setattr(route, "_deployment", lambda _workspace, _endpoint: {})
    done = give(None, {"a.txt": "one"}, endpoint_name=endpoint)
    assert said in done.message
    assert advice in done.message


def test_a_folder_without_files_is_refused_before_the_call(deployed: LocalWorkspace, give: Give) -> None:
    done = give(None, {})
    assert "holds no file to upload" in done.message
    assert deployed.invokes == []


def test_an_output_that_appears_after_the_start(deployed: LocalWorkspace, give: Give) -> None:
    """A job without name that somebody else starts is not in the way until it writes; the failure is explained."""
    place = {"score": {"path": f"azureml://datastores/workspaceblobstore/paths/shared/{uuid.uuid4().hex}.csv"}}
    deployed.control.post("/emulator/policies", json={"job_course": "Queued:15"}).raise_for_status()
    try:
        late = give(None, {"a.txt": "one"}, outputs=place, wait=False)
    finally:
        deployed.control.post("/emulator/policies", json={"job_course": ""}).raise_for_status()
    assert not give(None, {"a.txt": "one"}, outputs=place, name=None).failed
    done = give(None, {}, inputs=None, name=late["batch_job"]["key"])
    assert done.failed
    assert ELSEWHERE in done["cause"]


# -- around a job ------------------------------------------------------------------------------------------------------


def test_an_output_that_exists_is_reported_at_once(deployed: LocalWorkspace, give: Give) -> None:
    place = {"score": {"path": f"azureml://datastores/workspaceblobstore/paths/taken/{uuid.uuid4().hex}.csv"}}
    assert not give(None, {"a.txt": "one"}, outputs=place).failed
    deployed.forget()
    begin = time.monotonic()
    done = give(None, {"a.txt": "one"}, outputs=place)
    seconds = time.monotonic() - begin
    assert "exists already" in done.message
    assert deployed.invokes == []
    assert deployed.writes == []
    print(f"\nan existing output is reported after {seconds:.2f} s")
    assert seconds < 1
    assert not give(None, {"a.txt": "one"}, outputs=place, output_policy="overwrite").failed
    assert not give(None, {"a.txt": "one"}, outputs=place, output_policy="unique").failed


def test_a_job_is_canceled_archived_found_and_deleted(
    engine: Engine, deployed: LocalWorkspace, strange: Callable[..., str], give: Give
) -> None:
    started = give(strange(), {"a.txt": "hang"}, wait=False)
    key = {"endpoint_name": ENDPOINT, "name": started["batch_job"]["key"]}

    def listed(**filters: Any) -> list[str]:
        return [job["name"] for job in engine.run(ListJobs(), **filters)["batch_jobs"]]

    assert engine.run(RunJob(), state="canceled", **key)["batch_job"]["status"] == "Canceled"
    assert not engine.run(RunJob(), state="canceled", **key).changed
    name = started["batch_job"]["name"]
    assert listed(endpoint_name=ENDPOINT, status=["canceled"]).count(name) == 1
    assert name not in listed(endpoint_name=ENDPOINT, status=["Completed"])
    assert engine.run(RunJob(), state="archived", **key)["batch_job"]["archived"] is True
    assert not engine.run(RunJob(), state="archived", **key).changed
    assert name in listed(list_view="archived")
    assert name not in listed(list_view="active")
    assert engine.run(RunJob(), state="restored", **key).changed
    assert engine.run(RunJob(), state="absent", **key).changed
    assert name not in listed(endpoint_name=ENDPOINT)
    assert not engine.run(RunJob(), state="absent", **key).changed


def test_a_phase_that_takes_too_long_ends_the_task_and_the_job(deployed: LocalWorkspace, give: Give) -> None:
    deployed.control.post("/emulator/policies", json={"job_course": "Queued:100000"}).raise_for_status()
    try:
        done = give(None, {"a.txt": "one"}, phase_timeouts={"queued": 1}, on_timeout="cancel")
    finally:
        deployed.control.post("/emulator/policies", json={"job_course": ""}).raise_for_status()
    assert "has been queued for" in done.message
    assert done["batch_job"]["status"] == "Canceled"
    assert [state["status"] for state in done["batch_job"]["timeline"]][-1] == "Canceled"


@pytest.mark.parametrize(
    ("named", "marks"),
    [
        ("ignored", "ignored"),
        *(
            pytest.param(*answers, marks=pytest.mark.on_request)
            for answers in (("honoured", "honoured"), ("ignored", "honoured"), ("honoured", "ignored"))
        ),
    ],
)
def test_one_name_means_the_last_attempt_everywhere(
    engine: Engine, deployed: LocalWorkspace, strange: Callable[..., str], give: Give, named: str, marks: str
) -> None:
    """The first attempt fails, the second one with more data completes: no module takes the first for the job."""
    usual = {"job_name": "honoured", "job_marks": "honoured"}
    deployed.control.post("/emulator/policies", json={"job_name": named, "job_marks": marks}).raise_for_status()
    try:
        deployment, name = strange(**ABOVE), uuid.uuid4().hex
        first = give(deployment, {"a.txt": "fail"}, name=name)
        assert first.failed
        logged = engine.run(FetchLogs(), name=name, kind=["errors"])["batch_job_logs"]
        assert "ValueError: cannot read a.txt" in str(logged["logs"])
        second = give(deployment, {"a.txt": "good", "b.txt": "good"}, name=name, resubmit="on_failure")
        last = second["batch_job"]
        assert (last["attempt"], last["row_count"], last["item_counts"]["succeeded"]) == (2, 2, 2)
        by_name = {"name": name, "endpoint_name": ENDPOINT}
        assert len(rows(engine, second)) == 2
        found = engine.run(FetchResults(), **by_name)["batch_job_results"]
        assert (found["name"], found["attempt"]) == (last["name"], 2)
        assert [job["name"] for job in engine.run(ListJobs(), **by_name)["batch_jobs"]] == [last["name"]]
        assert engine.run(FetchLogs(), **by_name, kind=["errors"])["batch_job_logs"]["logs"] == []
        earlier = engine.run(FetchLogs(), **by_name, attempt=1, kind=["errors"])["batch_job_logs"]
        assert earlier["name"] == first["batch_job"]["name"]
        for other in (last["name"], f"{name}--2"):
            followed = engine.run(RunJob(), endpoint_name=ENDPOINT, name=other)
            assert followed["batch_job"]["name"] == last["name"]
        assert engine.run(RunJob(), endpoint_name=ENDPOINT, name=f"{name}--2", state="absent").changed
        assert engine.run(RunJob(), endpoint_name=ENDPOINT, name=name, wait=False)["batch_job"]["status"] == "Failed"
    finally:
        deployed.control.post("/emulator/policies", json=usual).raise_for_status()
