"""Running playbooks and reading what each task did."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LONGEST = 900.0  # seconds that a playbook may take
AFTER_SIGNAL = 30.0  # seconds that a run may take to end after a signal, and its children after it
PLAY = {"hosts": "localhost", "gather_facts": False}


@dataclass(frozen=True)
class TaskResult:
    """What one task (or one item of its loop) did."""

    task: str
    action: str
    item: str
    outcome: str
    changed: bool
    result: dict[str, Any]

    @property
    def diff(self) -> Any:
        """The difference it showed, None if it showed none."""
        found = self.result.get("diff")
        return found if found and found.get("before") != found.get("after") else None


@dataclass(frozen=True)
class Played:
    """A finished run."""

    status: int
    output: str
    results: list[TaskResult]
    left: int = 0  # processes that were alive some seconds after its end

    @property
    def changed(self) -> list[str]:
        """Tasks that changed something, with the label of their item."""
        return [f"{one.task} ({one.item})" if one.item else one.task for one in self.results if one.changed]

    @property
    def diffs(self) -> list[Any]:
        """The differences shown, in order."""
        return [one.diff for one in self.results if one.diff]

    @property
    def failed(self) -> list[TaskResult]:
        return [one for one in self.results if one.outcome == "failed"]

    @property
    def message(self) -> str:
        """Why it failed: the message of the one task that did."""
        [failed] = self.failed
        return str(failed.result["msg"])

    def result(self, task: str, item: str = "") -> dict[str, Any]:
        """The result of one task."""
        [found] = [one.result for one in self.results if one.task == task and one.item == item]
        return found

    def well(self) -> Played:
        """Fail unless the run succeeded, without a warning."""
        assert self.status == 0, self.output
        assert "[WARNING]" not in self.output, self.output
        return self


def try_role(role: str, variables: Mapping[str, Any], settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A task that runs a role with variables, and lets the play go on when it fails."""
    return {
        "block": [
            {"ansible.builtin.include_role": {"name": f"mlops.azureml.{role}"}, "vars": dict(variables)},
        ],
        "rescue": [{"ansible.builtin.meta": "noop"}],
        "environment": dict(settings or {}),
    }


def play_book(
    what: str | list[dict[str, Any]],
    *flags: str,
    folder: Path,
    environment: Mapping[str, str],
    variables: Mapping[str, Any],
    until: Callable[[], bool] | None = None,
    strike: signal.Signals | None = None,
) -> Played:
    """Run a playbook of the collection, plays, or tasks in a play of their own, with ``ansible-playbook``.

    With ``until``, everything is killed as soon as that holds, as when the machine loses its power; with ``strike``,
    the process of the playbook gets that signal, and ends by itself.
    """
    results = folder / "results"
    results.unlink(missing_ok=True)
    if isinstance(what, list):
        plays = what if "hosts" in what[0] else [{**PLAY, "tasks": what}]
        (folder / "play.json").write_text(json.dumps(plays))
        what = str(folder / "play.json")
    (folder / "variables.json").touch(mode=0o600)
    (folder / "variables.json").write_text(
        json.dumps({"ansible_python_interpreter": _interpreter(folder), **variables})
    )
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible", "playbook", what, "-e", f"@{folder / 'variables.json'}", *flags],
            cwd=folder,
            env={
                **environment,
                "PWD": str(folder),
                "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
                "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callbacks"),
                "ANSIBLE_CALLBACKS_ENABLED": "task_results",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
                "RESULTS_FILE": str(results),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        left = _wait(process, until, strike, marked=f"RESULTS_FILE={results}")
        output.seek(0)
        text = output.read()
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return Played(process.returncode, text, [TaskResult(**json.loads(line)) for line in lines], left)


def _interpreter(folder: Path) -> str:
    """This Python, by a path without a blank: ansible-core 2.16 runs no other, nor does any in the background."""
    link = folder / "python"
    if not link.is_symlink():
        link.symlink_to(sys.prefix)
    return str(link / "bin" / Path(sys.executable).name)


def _wait(
    process: subprocess.Popen[bytes], until: Callable[[], bool] | None, strike: signal.Signals | None, *, marked: str
) -> int:
    """How many processes were left when the run had ended."""
    deadline = time.monotonic() + LONGEST
    left = 0
    try:
        while process.poll() is None and time.monotonic() < deadline:
            if until and until():
                break
            time.sleep(0.05)
        if strike is not None and process.poll() is None:
            process.send_signal(strike)
            process.wait(AFTER_SIGNAL)
            left = _left(marked)
    finally:
        while running := processes(marked):
            for pid in running:
                with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                    os.kill(pid, signal.SIGKILL)
        process.wait()
    return left


def _left(marked: str) -> int:
    deadline = time.monotonic() + AFTER_SIGNAL
    while (running := processes(marked)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return len(running)


def processes(marked: str) -> list[int]:
    """Processes whose environment holds a setting: a run with all its children, which are in sessions of their own."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it has just ended, or is not ours to read
            if entry.name.isdigit() and marked.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found
