"""The story's resources, created by the engine in this process: the start of a test that is not about creating them.

`test_deploy.py` creates the same by the playbook, and `test_score.py` scores what that created.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.mlops.azureml.plugins.modules import (
    batch_deployment,
    batch_endpoint,
    code,
    compute,
    data,
    environment,
    model,
)

from .engine import Engine
from .stories import DATA, ENDPOINT, deploy


def prepare(engine: Engine) -> str:
    """Create in an empty workspace what the playbook `deploy` creates for the story, and its data.

    Returns the path of the data.
    """
    story = deploy()
    default = story["batch_deploy_default"]

    def create(module: Any, option: str) -> None:
        for desired in story[f"batch_deploy_{option}"]:
            _created(engine, module, **desired)

    create(environment, "environments")
    create(code, "codes")
    create(model, "models")
    _created(engine, batch_endpoint, **story["batch_deploy_endpoint"])
    create(compute, "computes")
    for desired in story["batch_deploy_deployments"]:
        script = desired.pop("code_configuration")
        references = {option: f"azureml:{desired.pop(option)}:1" for option in ("model", "environment")}
        references["code_configuration"] = {**script, "code": f"azureml:{script['code']}:1"}
        references["set_default"] = desired["name"] == default
        _created(engine, batch_deployment, endpoint_name=ENDPOINT, **desired, **references)
    return str(_created(engine, data, **DATA)["data"]["path"])


def _created(engine: Engine, module: Any, **options: Any) -> dict[str, Any]:
    done = engine.run(module.OPERATION, **options)
    assert not done.failed, done.message
    assert done.changed
    return done.values
