"""The variables most tests deploy with: small, but with every kind of resource in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"

DEPLOY: dict[str, Any] = {
    "batch_deploy_endpoint": {"name": "words-batch", "description": "Counts words", "tags": {"team": "text"}},
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
        for name, size in (("blue", 2), ("green", 1))
    ],
    "batch_deploy_default": "blue",
}

SCORE: dict[str, Any] = {
    "batch_score_endpoint_name": "words-batch",
    "batch_score_data": [{"name": "pages", "path": str(FILES / "pages"), "type": "uri_folder"}],
    "batch_score_jobs": [
        {
            "name": "first",
            "inputs": {"pages": {"type": "uri_folder", "path": "azureml:pages:1"}},
            "output_file_name": "words.csv",
        }
    ],
}


def deploy(**changes: Any) -> dict[str, Any]:
    """DEPLOY, with some variables replaced."""
    return copy.deepcopy({**DEPLOY, **changes})
