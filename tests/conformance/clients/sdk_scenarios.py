"""Plays scenarios with the official SDK, all in one process. Runs in a virtual environment of the SDK.

    python sdk_scenarios.py SCENARIOS ANSWERS

SCENARIOS is a file with a JSON object of scenarios: their folders and steps. ANSWERS gets what each step showed or
listed, or with what message it was refused.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml
from azure.ai.ml import Input, MLClient, Output
from azure.ai.ml.constants import ListViewType
from azure.core.exceptions import ResourceNotFoundError
from sdk import client
from sdk_files import KINDS

Answer = dict[str, Any]
OPERATIONS = {
    "compute": "compute",
    "datastore": "datastores",
    "data": "data",
    "model": "models",
    "environment": "environments",
    "component": "components",
    "batch_endpoint": "batch_endpoints",
    "batch_deployment": "batch_deployments",
}
VIEWS = {"active": ListViewType.ACTIVE_ONLY, "archived": ListViewType.ARCHIVED_ONLY, "all": ListViewType.ALL}


class Player:
    """Carries out the steps of one scenario."""

    def __init__(self, ml: MLClient, folder: Path) -> None:
        self.ml = ml  # of the workspace, or of the registry of the step
        self.workspace = ml
        self.folder = folder
        self.jobs: dict[str, str] = {}  # the name in the scenario -> the name that the service gave

    def play(self, steps: list[dict[str, Any]]) -> list[Answer]:
        return [self._answer(step) for step in steps]

    def _answer(self, step: dict[str, Any]) -> Answer:
        try:
            self.ml = client(step["registry"]) if step["registry"] else self.workspace
            carry_out: Callable[..., Answer] = getattr(self, step["action"])
            return carry_out(step["kind"], step["body"], step["of"])
        except ResourceNotFoundError as error:
            return {"listed": []} if step["action"] == "absent" else {"refused": str(error)}
        except Exception as error:  # whatever it is, the test has to see it
            return {"refused": f"{type(error).__name__}: {error}"}

    def _of(self, kind: str) -> Any:
        return getattr(self.ml, OPERATIONS[kind])

    def create(self, kind: str, body: dict[str, Any], _of: dict[str, Any]) -> Answer:
        load, create = KINDS[kind]
        file = self.folder / f"{body['name']}.{kind}.yml"
        file.write_text(yaml.safe_dump(body), encoding="utf-8")
        return {"shown": create(self.ml, load(source=file))._to_dict()}

    update = create

    def read(self, kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        found = self._of(kind).get(**of)
        # Secrets are not in what it prints of itself, but in its attributes.
        secrets = {"credentials": vars(found.credentials)} if of.get("include_secrets") else {}
        return {"shown": {**found._to_dict(), **secrets}}

    absent = read

    def list(self, kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        names = {key: value for key, value in of.items() if key != "list_view"}
        view = {"list_view_type": VIEWS[of["list_view"]]} if "list_view" in of else {}
        found: Iterable[Any] = self._of(kind).list(**names, **view)
        return {"listed": [{"name": one.name, "version": getattr(one, "version", None)} for one in found]}

    def archive(self, kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        self._of(kind).archive(**of)
        return {"shown": None}

    def restore(self, kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        self._of(kind).restore(**of)
        return {"shown": None}

    def delete(self, kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        operations = self._of(kind)
        if hasattr(operations, "begin_delete"):
            operations.begin_delete(**of).result()
        else:
            operations.delete(**of)
        return {"shown": None}

    def stop(self, _kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        self.ml.compute.begin_stop(**of).result()
        return {"shown": self.ml.compute.get(**of)._to_dict()}

    def start(self, _kind: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        self.ml.compute.begin_start(**of).result()
        return {"shown": self.ml.compute.get(**of)._to_dict()}

    def invoke(self, key: str, _body: dict[str, Any], of: dict[str, Any]) -> Answer:
        data = {name: Input(**one) for name, one in of.get("inputs", {}).items()}
        outputs = {name: Output(**one) for name, one in of.get("outputs", {}).items()}
        more: dict[str, Any] = {"outputs": outputs} if outputs else {}
        if "deployment_name" in of:
            more["deployment_name"] = of["deployment_name"]
        # One input may also be passed alone, which the SDK calls deprecated and its suite tries as well.
        inputs = {"input": next(iter(data.values()))} if of.get("alone") else {"inputs": data}
        job = self.ml.batch_endpoints.invoke(of["endpoint_name"], **inputs, **more)
        self.jobs[key] = job.name
        return {"shown": {"name": job.name}}

    def score(self, key: str, body: dict[str, Any], of: dict[str, Any]) -> Answer:
        self.invoke(key, body, of)
        self.ml.jobs.stream(self.jobs[key])
        return {"shown": {"status": self.ml.jobs.get(self.jobs[key]).status}}

    def download(self, key: str, _body: dict[str, Any], _of: dict[str, Any]) -> Answer:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        self.ml.jobs.download(self.jobs[key], download_path=folder, output_name="score")
        return {"listed": [{"name": file.name} for file in folder.rglob("*") if file.is_file()]}


def main(scenarios: Path, answers: Path) -> None:
    ml = client()
    asked: dict[str, Any] = json.loads(scenarios.read_text())
    played = {name: Player(ml, Path(one["folder"])).play(one["steps"]) for name, one in asked.items()}
    answers.write_text(json.dumps(played, default=str))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
