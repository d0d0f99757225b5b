"""Our modules, through their `main()` in this process, against a running emulator."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.tests.unit.plugins.conftest import patch_module_args

from tests.integration.engine import Hurried
from tests.integration.local_workspace import LocalWorkspace, connection_of

from .scenario import Step

Answer = dict[str, Any]


class Modules:
    """Runs modules in one workspace; each step that writes runs in check mode, for real, and once more."""

    def __init__(self, workspace: LocalWorkspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder
        self.connection = connection_of(workspace.settings)
        self.warnings: list[str] = []

    def __call__(self, step: Step) -> Answer:
        """What a step shows. Fails the test where check mode, the run and the run after it disagree."""
        module, options = _task(step, self.folder)
        if not step.writes:
            listed = self._run(f"{module}_info", options)
            if "failed" in listed:
                return {"refused": listed["msg"]}
            [found] = [value for value in listed.values() if isinstance(value, list)]
            return {"listed": found, "shown": found[0] if len(found) == 1 else None}
        if step.action == "download":
            done = self._run(module, options)
            return {"listed": [{"name": Path(file["name"]).name} for file in done[module]["files"]]}
        return self._write(module, options, changes=step.expected.get("changed", True))

    def _write(self, module: str, options: dict[str, Any], *, changes: bool) -> Answer:
        self.workspace.forget()
        predicted = self._run(module, options, check=True)
        assert self.workspace.writes == [], "check mode wrote"
        done = self._run(module, options)
        if "failed" in done:
            return {"refused": done["msg"]}
        assert "failed" not in predicted, f"check mode failed, the run did not: {predicted['msg']}"
        assert (predicted["changed"], done["changed"]) == (changes, changes), (predicted, done)
        assert done["diff"] == predicted["diff"], "check mode showed another difference"
        assert bool(done["diff"]["before"] or done["diff"]["after"]) == changes
        assert self.warnings == []
        self.workspace.forget()
        again = self._run(module, options)
        assert not again["changed"], f"the second run: {again}"
        assert self.workspace.writes == [], "the second run wrote"
        shown = done.get(module)
        if module == "batch_job":
            assert again[module]["id"] == shown["id"], "the second run shows another job"
        elif options.get("state") in (None, "present"):
            assert _settled(again[module]) == _settled(shown), "the second run shows another resource"
        return {"shown": shown}

    def _run(self, name: str, options: dict[str, Any], *, check: bool = False) -> Answer:
        module = importlib.import_module(f"ansible_collections.mlops.azureml.plugins.modules.{name}")
        switches = {"_ansible_check_mode": check, "_ansible_diff": True}
        output = io.StringIO()
        self.warnings = []
        with (
            self._host(),
            contextlib.redirect_stdout(output),
            patch_module_args({**self.connection, **options, **switches}),
            pytest.raises(SystemExit),
        ):
            module.main()
        answer = json.loads(output.getvalue())
        answer.pop("invocation", None)
        if not answer.get("failed"):
            answer.pop("failed", None)
        return answer

    @contextlib.contextmanager
    def _host(self) -> Iterator[None]:
        """A home with a cache that the runs share, none of Azure's variables, and a clock with short pauses."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AZURE")}

        def note(_module: basic.AnsibleModule, message: str) -> None:
            self.warnings.append(message)

        with (
            mock.patch.dict(os.environ, {**kept, "XDG_CACHE_HOME": str(self.folder / "cache")}, clear=True),
            mock.patch.object(_module, "SystemClock", Hurried),
            mock.patch.object(basic.AnsibleModule, "warn", note),
        ):
            yield


def _settled(shown: Answer) -> Answer:
    """What a resource shows, without what changes by itself: a time stamp that is proposed as the next version."""
    return {key: value for key, value in shown.items() if key != "next_version"}


def _task(step: Step, folder: Path) -> tuple[str, dict[str, Any]]:
    """The module of a step and its options."""
    return _TASKS[step.action](step, folder)


def _defined(step: Step, folder: Path) -> tuple[str, dict[str, Any]]:
    """As users of `az ml` do it: a file describes the resource."""
    file = folder / f"{step.body['name']}.{step.kind}.yml"
    file.write_text(yaml.safe_dump(step.body), encoding="utf-8")
    return step.kind, {"definition": str(file), **step.expected.get("options", {})}


def _asked(step: Step, _folder: Path) -> tuple[str, dict[str, Any]]:
    return step.kind, dict(step.of)


def _in_state(step: Step, _folder: Path, state: str) -> tuple[str, dict[str, Any]]:
    """Assets without a version are meant with all of theirs."""
    if step.action in ("archive", "restore") and "version" not in step.of:
        return "asset_container", {"type": step.kind, **step.of, "state": state}
    return step.kind, {**step.of, "state": state}


def _scored(step: Step, _folder: Path) -> tuple[str, dict[str, Any]]:
    return "batch_job", {**step.of, "name": step.kind, "wait": step.action == "score"}


def _downloaded(step: Step, folder: Path) -> tuple[str, dict[str, Any]]:
    return "batch_job_results", {"name": step.kind, "dest": str(folder / "results")}


_Task = Callable[[Step, Path], tuple[str, dict[str, Any]]]
_TASKS: dict[str, _Task] = {
    "create": _defined,
    "update": _defined,
    "read": _asked,
    "list": _asked,
    "absent": _asked,
    "archive": functools.partial(_in_state, state="archived"),
    "restore": functools.partial(_in_state, state="present"),
    "delete": functools.partial(_in_state, state="absent"),
    "stop": functools.partial(_in_state, state="stopped"),
    "start": functools.partial(_in_state, state="started"),
    "invoke": _scored,
    "score": _scored,
    "download": _downloaded,
}
