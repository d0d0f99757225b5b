"""Scoring scripts really run: worker processes, retries, timeouts, thresholds, outputs, logs."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.runtime.executor import Executor
from tests.emulator.runtime.plan import Place, Plan, Progress, RunFailed
from tests.unit.emulator.folder_store import FolderStore


class Workbench:
    """A store with a script and some input files, and the means to run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FolderStore(folder / "store")
        self.store.write("models", "m/weights.txt", "7")

    def script(self, text: str, name: str = "score.py") -> None:
        self.store.write("code", f"src/{name}", text)

    def inputs(self, *names: str) -> None:
        for name in names:
            self.store.write("data", f"in/{name}", name)

    async def run(self, **changes: Any) -> Progress:
        values: dict[str, Any] = {
            "run_id": "run1",
            "scoring_script": "score.py",
            "code": Place("code", "src"),
            "model": Place("models", "m/weights.txt"),
            "inputs": Place("data", "in"),
            "output": Place("out", "azureml/run1/score"),
            "logs": Place("logs", "run1"),
        }
        plan = Plan(**{**values, **changes})
        return await Executor(self.store, self.folder / "jobs", lambda: datetime.now(timezone.utc)).run(plan)

    def score(self, **changes: Any) -> Progress:
        return asyncio.run(self.run(**changes))

    def output(self, name: str = "predictions.csv") -> str:
        return self.store.path(Place("out", f"azureml/run1/score/{name}")).read_text(encoding="utf-8")

    def log(self, name: str) -> str:
        return self.store.path(Place("logs", f"run1/{name}")).read_text(encoding="utf-8")


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


ECHO = """
import os
def init():
    print("init of", os.getpid())
def run(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""


def test_list_items_become_lines_without_header(bench: Workbench) -> None:
    bench.script(ECHO)
    bench.inputs("b.png", "a.png", "sub/ü c.png")
    progress = bench.score(mini_batch_size=2)
    assert bench.output() == "a.png\nb.png\nü c.png\n"
    assert (progress.mini_batches, progress.done, progress.items, progress.failed_items) == (2, 2, 3, 0)


def test_each_process_runs_init_once_and_gets_whole_mini_batches(bench: Workbench) -> None:
    bench.script(
        """
import os, pathlib, time
def init():
    global number
    number = os.getpid()
    pathlib.Path(os.environ["AZUREML_BI_OUTPUT_PATH"], f"init-{number}").touch()
def run(mini_batch):
    time.sleep(0.2)
    return [len(mini_batch)] * len(mini_batch)
"""
    )
    bench.inputs(*(f"{number:02d}" for number in range(10)))
    bench.score(mini_batch_size=4, instance_count=2, processes_per_instance=2)
    assert sorted(bench.output().split()) == ["2"] * 2 + ["4"] * 8
    started = list(bench.store.path(Place("out", "azureml/run1/score")).glob("init-*"))
    assert len(started) == 4


def test_data_frame_rows_are_separated_by_spaces_without_header_and_index(bench: Workbench) -> None:
    bench.script(
        """
import os
import pandas
def init(): pass
def run(mini_batch):
    return pandas.DataFrame({"file": [os.path.basename(path) for path in mini_batch], "p": [0.5] * len(mini_batch)})
"""
    )
    bench.inputs("a b", "c")
    bench.score()
    assert bench.output() == '"a b" 0.5\nc 0.5\n'


def test_the_script_sees_model_variables_arguments_and_its_own_folder(bench: Workbench) -> None:
    bench.store.write("models", "folder/model/a/b.txt", "deep")
    bench.store.write("code", "src/lib/helper.py", "WORD = 'helped'")
    bench.script(
        """
import os, sys
from lib.helper import WORD
def init(): pass
def run(mini_batch):
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "a", "b.txt")) as model:
        seen = [model.read(), WORD, os.environ["COLOUR"], " ".join(sys.argv[1:]), os.path.basename(os.getcwd())]
    assert "SECRET_OF_THE_EMULATOR" not in os.environ
    return ["|".join(seen)]
"""
    )
    bench.inputs("a")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_EMULATOR", "x")
        bench.score(
            model=Place("models", "folder/model"), environment={"COLOUR": "red"}, arguments=("--logging_level", "INFO")
        )
    assert bench.output() == "deep|helped|red|--logging_level INFO|src\n"


def test_a_single_file_model_and_input(bench: Workbench) -> None:
    bench.script(
        """
import os
def init(): pass
def run(mini_batch):
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.txt")) as model:
        return [model.read() + os.path.basename(path) for path in mini_batch]
"""
    )
    bench.inputs("one.csv", "two.csv")
    bench.score(inputs=Place("data", "in/one.csv"))
    assert bench.output() == "7one.csv\n"


def test_summary_only_keeps_what_the_script_wrote(bench: Workbench) -> None:
    bench.script(
        """
import os, pathlib
def init(): pass
def run(mini_batch):
    for path in mini_batch:
        pathlib.Path(os.environ["AZUREML_BI_OUTPUT_PATH"], os.path.basename(path) + ".out").write_text("mine")
    return mini_batch
"""
    )
    bench.inputs("a")
    bench.score(append_row=False)
    assert bench.output("a.out") == "mine"
    assert not bench.store.path(Place("out", "azureml/run1/score/predictions.csv")).exists()


def test_an_existing_output_fails_the_run_before_anything_is_scored(bench: Workbench) -> None:
    bench.script(ECHO)
    bench.inputs("a")
    bench.store.write("out", "azureml/run1/score/predictions.csv", "old")
    with pytest.raises(RunFailed, match="Output already exists"):
        bench.score()
    assert bench.output() == "old"
    assert "Output already exists" in bench.log("logs/job_progress_overview.txt")


FAILS_ON_BAD = """
import os, pathlib
def init(): pass
def run(mini_batch):
    with open(os.environ["TRIES"], "a") as tries:
        tries.write("x")
    if any("bad" in path.rsplit("/", 1)[1] for path in mini_batch):
        raise ValueError("cannot read this")
    return mini_batch
"""


@pytest.mark.parametrize(("threshold", "fails"), [(-1, False), (2, False), (1, True), (0, True)])
def test_the_error_threshold_counts_failed_files(bench: Workbench, threshold: int, fails: bool) -> None:
    bench.script(FAILS_ON_BAD)
    bench.inputs("1", "2", "bad3", "bad4")
    tries = bench.folder / "tries"
    options: dict[str, Any] = {"mini_batch_size": 2, "environment": {"TRIES": str(tries)}, "error_threshold": threshold}
    if fails:
        with pytest.raises(RunFailed, match=r"with Exception: Run failed, please check logs for details\. You can"):
            bench.score(**options)
    else:
        assert bench.score(**options).failed_items == 2
        assert bench.output().count("\n") == 2
    assert tries.read_text() == "x" * 4
    assert "ValueError: cannot read this" in bench.log("logs/user/error.txt")
    assert "Traceback" in bench.log("logs/user/error/10.0.0.4/process000.txt")


def test_items_missing_from_the_answer_count_as_failed(bench: Workbench) -> None:
    bench.script("def init(): pass\ndef run(mini_batch):\n    return mini_batch[:1]\n")
    bench.inputs("a", "b", "c")
    assert bench.score().failed_items == 2
    with pytest.raises(RunFailed, match="Run failed"):
        bench.score(output=Place("out", "again"), error_threshold=1)


def test_no_item_at_all_fails_the_run(bench: Workbench) -> None:
    bench.script("def init(): pass\ndef run(mini_batch):\n    return []\n")
    bench.inputs("a")
    with pytest.raises(RunFailed, match="no succeeded mini batch item returned"):
        bench.score()


def test_a_wrong_return_type_is_a_failed_mini_batch(bench: Workbench) -> None:
    bench.script("def init(): pass\ndef run(mini_batch):\n    return 'text'\n")
    bench.inputs("a")
    with pytest.raises(RunFailed, match="no succeeded mini batch item"):
        bench.score(max_tries=1)
    assert "returned str" in bench.log("logs/user/error.txt")


def test_a_slow_mini_batch_is_tried_again_in_a_new_process(bench: Workbench) -> None:
    bench.script(
        """
import os, pathlib, time
def init(): pass
def run(mini_batch):
    mark = pathlib.Path(os.environ["MARK"])
    if not mark.exists():
        mark.touch()
        time.sleep(60)
    return [os.getpid()]
"""
    )
    bench.inputs("a")
    bench.score(timeout_seconds=0.3, max_tries=2, environment={"MARK": str(bench.folder / "mark")})
    assert bench.output().strip().isdigit()


def test_a_mini_batch_that_is_always_too_slow_fails_the_run(bench: Workbench) -> None:
    bench.script("import time\ndef init(): pass\ndef run(mini_batch):\n    time.sleep(60)\n")
    bench.inputs("a")
    with pytest.raises(RunFailed, match=r"No progress update in 0\.4 seconds"):
        bench.score(timeout_seconds=0.2, max_tries=2)


def test_a_crashing_process_is_replaced(bench: Workbench) -> None:
    bench.script(
        """
import os
def init(): pass
def run(mini_batch):
    if mini_batch[0].endswith("crash"):
        os._exit(3)
    return mini_batch
"""
    )
    bench.inputs("a", "crash", "z")
    assert bench.score(mini_batch_size=1, max_tries=2).failed_items == 1
    assert "ended with status 3" in bench.log("logs/user/error.txt")
    assert bench.output().count("\n") == 2


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def init():\n    raise KeyError('model')\ndef run(mini_batch): ...\n", "KeyError: 'model'"),
        ("import sys\ndef init():\n    sys.exit(4)\ndef run(mini_batch): ...\n", "SystemExit: 4"),
        ("def init(): pass\n", "has no function run()"),
        ("def init(:\n", "SyntaxError"),
    ],
)
def test_a_script_that_cannot_start_fails_the_run(bench: Workbench, script: str, error: str) -> None:
    bench.script(script)
    bench.inputs("a")
    with pytest.raises(RunFailed, match="Run failed"):
        bench.score()
    assert error in bench.log("logs/user/error.txt")


def test_a_script_that_is_not_in_the_code_fails_the_run(bench: Workbench) -> None:
    bench.script(ECHO)
    bench.inputs("a")
    with pytest.raises(RunFailed, match="Run failed"):
        bench.score(scoring_script="other.py")
    assert "other.py is not in the code folder" in bench.log("logs/job_progress_overview.txt")


def test_an_empty_input_fails_the_run(bench: Workbench) -> None:
    bench.script(ECHO)
    with pytest.raises(RunFailed, match="Dataset initialization failed"):
        bench.score()


def test_a_script_may_print_and_read_standard_input(bench: Workbench) -> None:
    bench.script(
        """
import sys
def init(): print("hello", flush=True)
def run(mini_batch):
    print("oops", file=sys.stderr)
    return [repr(sys.stdin.read())]
"""
    )
    bench.inputs("a")
    bench.score()
    assert bench.output() == "''\n"
    assert bench.log("logs/user/stdout/10.0.0.4/process000.stdout.txt") == "hello\n"
    assert bench.log("logs/user/stderr/10.0.0.4/process000.stderr.txt") == "oops\n"


def test_packages_missing_here_are_named_in_the_log(bench: Workbench) -> None:
    bench.script(ECHO)
    bench.inputs("a")
    bench.score(conda="dependencies: [python=3.11, pytest, {pip: ['no-such-package>=1', 'pyyaml']}]")
    log = bench.log("azureml-logs/70_driver_log.txt")
    assert "package 'no-such-package'" in log
    assert "pytest" not in log
    assert "pyyaml" not in log


def test_logs_are_stored_while_the_run_goes_on(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.emulator.runtime.executor._PUBLISH_SECONDS", 0.05)
    bench.script(
        """
import os, pathlib, time
def init(): print("started", flush=True)
def run(mini_batch):
    while not pathlib.Path(os.environ["MARK"]).exists():
        time.sleep(0.02)
    return mini_batch
"""
    )
    bench.inputs("a")
    mark = bench.folder / "mark"
    log = bench.store.path(Place("logs", "run1/logs/user/stdout/10.0.0.4/process000.stdout.txt"))

    async def read_while_running() -> None:
        run = asyncio.create_task(bench.run(environment={"MARK": str(mark)}))
        while not (log.exists() and log.read_text() == "started\n"):
            await asyncio.sleep(0.02)
        mark.touch()
        await run

    asyncio.run(asyncio.wait_for(read_while_running(), 30))


def test_cancelling_kills_the_processes(bench: Workbench) -> None:
    bench.script(
        """
import os, pathlib, time
def init(): pass
def run(mini_batch):
    pathlib.Path(os.environ["MARK"]).write_text(str(os.getpid()))
    time.sleep(60)
"""
    )
    bench.inputs("a")
    mark = bench.folder / "mark"

    async def cancel_when_running() -> None:
        run = asyncio.create_task(bench.run(environment={"MARK": str(mark)}))
        while not (mark.exists() and mark.read_text()):
            await asyncio.sleep(0.02)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(cancel_when_running())
    assert not Path("/proc", mark.read_text()).exists()
    assert not (bench.folder / "jobs" / "run1").exists()
