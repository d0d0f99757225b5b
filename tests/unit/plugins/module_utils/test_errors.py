# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator

from ansible_collections.mlops.azureml.plugins.module_utils import _errors
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    MissingLibrary,
    ServiceError,
)


def tree(kind: type[Exception], prefix: str = "") -> Iterator[str]:
    """The exceptions of the module below one of them, a line each, in the order of their definition."""
    children = [child for child in vars(_errors).values() if isinstance(child, type) and child.__base__ is kind]
    for child in children:
        yield f"{prefix}+-- {child.__name__}"
        yield from tree(child, prefix + ("    " if child is children[-1] else "|   "))


def test_the_documentation_draws_the_tree_of_exceptions() -> None:
    lines = [line.removeprefix("    ") for line in (_errors.__doc__ or "").splitlines() if "+--" in line]
    assert [re.match(r"\W*\w+", line)[0] for line in lines] == list(tree(AzureMLError))


def test_message_and_facts_of_every_error_are_redacted() -> None:
    signed = "https://arm.example/op?s=planted"
    error = AzureMLError(f"failed at {signed}", url=signed, error={"message": [f"at {signed}"]}, status=500)
    error.add_facts(batch_job={"logs": [signed], "studio_url": "https://ml.azure.com/runs/j?wsid=/w"})
    assert str(error) == error.message == "failed at https://arm.example/op"
    assert error.facts == {
        "url": "https://arm.example/op",
        "error": {"message": ["at https://arm.example/op"]},
        "status": 500,
        "batch_job": {"logs": ["https://arm.example/op"], "studio_url": "https://ml.azure.com/runs/j?wsid=/w"},
    }
    try:
        raise error
    except AzureMLError:
        assert "planted" not in traceback.format_exc()


def test_properties_give_status_and_code() -> None:
    assert ServiceError("x", status=409, error={"code": "Busy", "message": ""}).code == "Busy"
    assert ServiceError("x", status=409).status == 409
    assert ServiceError("x").code is None


def test_a_missing_library_is_named() -> None:
    error = MissingLibrary("httpx", "Traceback ...")
    assert (error.library, error.traceback) == ("httpx", "Traceback ...")
    assert "'httpx'" in error.message
