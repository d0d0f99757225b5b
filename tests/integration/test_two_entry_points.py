"""A task returns the same as a module and inside the controller's worker, key by key."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from .plays import TaskResult
from .stories import FILES

PASSWORD = "one-that-no-other-has"
PLANTED = {"account_key": "planted-key-of-the-datastore", "wrong_secret": "planted-and-wrong-2f9c1e"}
ENVIRONMENT = {"name": "words-env", "image": "library/python:3.11"}
# Seconds, ids and signatures are new in each run. What is copied to them keeps its shape.
NEW_EACH_TIME = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[0-9a-z]{26})?"), "<id>"),
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The playbook, with a text in it that is encrypted with PASSWORD, and the files that it names."""
    encrypted = VaultLib([("default", VaultSecret(PASSWORD.encode()))]).encrypt("from the vault").decode()
    text = (FILES / "two_entry_points.playbook").read_text()
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "play.yml").write_text(text.replace("VAULTED", "|\n" + textwrap.indent(encrypted.rstrip(), "      ")))
    (folder / "environment.yml").write_text(json.dumps(ENVIRONMENT))
    shutil.copytree(FILES / "score", folder / "score")
    (tmp_path / "password").write_text(PASSWORD)
    return folder / "play.yml"


def test_results_are_the_same_key_by_key(play, workspace, book, tmp_path):
    results = {}
    for way in ("controller", "module"):
        workspace.reset()
        settings = {"ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "password")}
        played = play(str(book), "-vvv", settings=settings, azureml_execution=way, **PLANTED)
        results[way] = played.results
        assert [line for line in played.output.splitlines() if "planted" in line] == []
    names = [one.task for one in results["module"]]
    assert len(names) > 25, played.output
    assert [one.outcome for one in results["controller"]] == [one.outcome for one in results["module"]]
    assert differences(results["controller"], results["module"]) == []
    assert {one.outcome for one in results["module"]} == {"ok", "failed"}


def differences(ours: list[TaskResult], theirs: list[TaskResult]) -> list[str]:
    """The keys of results whose values differ, with the task and both values."""
    assert [(one.task, one.item) for one in ours] == [(one.task, one.item) for one in theirs]
    return [
        f"{one.task} {one.item}: {key}: {one.result.get(key)!r} != {other.result.get(key)!r}"
        for one, other in zip(ours, theirs)
        for key in sorted({*one.result, *other.result})
        if comparable(key, one.result.get(key)) != comparable(key, other.result.get(key))
    ]


def comparable(key: str, value: Any) -> Any:
    text = json.dumps(value, sort_keys=True, default=str)
    for pattern, replacement in NEW_EACH_TIME:
        text = pattern.sub(replacement, text)
    # Before ansible-core 2.19 a traceback with -vvv names the files, and those of a module are in an archive.
    return re.sub(r'File \\".*?/plugins/', "File plugins/", text) if key == "exception" else text
