"""The variables most tests deploy and score with: small, but with every kind of resource in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
ENDPOINT = "words-batch"

DEPLOY: dict[str, Any] = {
    "batch_deploy_endpoint": {"name": ENDPOINT, "description": "Counts words", "tags": {"team": "text"}},
    "batch_deploy_computes": [
        {"name": "words-cluster", "size": "Standard_DS3_v2", "min_instances": 0, "max_instances": 2}
    ],
    "batch_deploy_codes": [{"name": "words-score", "path": str(FILES / "score")}],
    "batch_deploy_models": [{"name": "words", "path": str(FILES / "times.txt"), "type": "custom_model"}],
    "batch_deploy_environments": [
        {"name": "words-env", "image": "library/python:3.11", "conda_file": str(FILES / "conda.yml")}
    ],
    "batch_deploy_deployments": [
        {
            "name": name,
            "model": "words",
            "code_configuration": {"code": "words-score", "scoring_script": "score.py"},
            "environment": "words-env",
            "environment_variables": variables,
            "compute": "words-cluster",
            "resources": {"instance_count": 1},
            "mini_batch_size": size,
            "max_concurrency_per_instance": 2,
            "retry_settings": {"max_retries": 3, "timeout": 60},
            "error_threshold": 0,
            "logging_level": "info",
            "output_action": "append_row",
            "output_file_name": "words.csv",
        }
        for name, size, variables in (("blue", 2, {}), ("green", 1, {"TIMES": "10"}))
    ],
    "batch_deploy_default": "blue",
}

DATA = {"name": "pages", "path": str(FILES / "pages"), "type": "uri_folder"}
PAGES = {"name": "Register the pages", "mlops.azureml.data": DATA, "register": "pages"}

# What the story's deployments make of the three pages.
WORDS = {"first.txt": 3, "second.txt": 2, "third.txt": 1}
BLUE_ROWS = {page: words * 2 for page, words in WORDS.items()}
GREEN_ROWS = {page: words * 10 for page, words in WORDS.items()}


def deploy(**changes: Any) -> dict[str, Any]:
    """DEPLOY, with some variables replaced."""
    return copy.deepcopy({**DEPLOY, **changes})


def score(*jobs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Variables that score with these jobs."""
    return {"batch_score_endpoint_name": ENDPOINT, "batch_score_jobs": list(jobs), **changes}


def job(name: str | None, path: str = "azureml:pages:1", **options: Any) -> dict[str, Any]:
    """A job on a folder of pages."""
    key = {"name": name} if name else {}
    return {**key, "inputs": {"pages": {"type": "uri_folder", "path": path}}, **options}
