# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random options of every module: a result or a failure in words, and no traceback of this collection."""

from __future__ import annotations

import functools
import importlib
import json
import random
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible.module_utils import basic
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials, workspace
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.tests.hostile.draws import amount, draws
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.conftest import patch_module_args
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import CONNECTION

MODULES = Path(_module.__file__).parents[1] / "modules"
NAMES = sorted(file.stem for file in MODULES.glob("*.py") if file.stem != "__init__")
TEXTS = (
    *("", " ", " a ", "a", "digits", "today", "azureml:a:1", "azureml:a@latest", "azureml://datastores/a/paths/b"),
    *(
        "azureml://",
        "azureml:",
        "/",
        "/no/such/file",
        "..",
        "~",
        "$HOME",
        "https://[::1",
        "https://",
        "http://a/?sig=b",
    ),
    *(
        "{{ x }}",
        "null",
        "True",
        "5",
        "-1",
        "1e999",
        "2026-01-31T06:00:12",
        "PT1M",
        "P999999999Y",
        "{",
        "[]",
        "a=b c=d",
    ),
    *("\u00e9", "\u0130", "\u202e", "\x00", "\n", "a\nb", "x" * 5000, "\ud83d\ude00", "%s", "%", "\\"),
)
NUMBERS = (0, 1, -1, 5, 10**6, 10**30, 0.5, -0.0, 1e308)


def value(dice: random.Random, depth: int = 0) -> Any:
    """Any JSON value, nested a little."""
    kind = dice.randrange(10 if depth < 3 else 6)
    if kind < 4:
        return dice.choice(TEXTS)
    if kind == 4:
        return dice.choice(NUMBERS)
    if kind == 5:
        return dice.choice((None, True, False))
    if kind < 8:
        return [value(dice, depth + 1) for _item in range(dice.randrange(3))]
    return {str(dice.choice(TEXTS)): value(dice, depth + 1) for _item in range(dice.randrange(3))}


def fitting(dice: random.Random, about: dict[str, Any]) -> Any:
    """A value for one option: mostly of its own type, so that more than the check of types is tried."""
    if dice.random() < 0.25:
        return value(dice)
    if about.get("choices"):
        return dice.choice(list(about["choices"]))
    kind = about.get("type", "str")
    if kind == "dict":
        inner = about.get("options")
        return options(dice, inner) if inner else {dice.choice(TEXTS): value(dice, 2)}
    if kind == "list":
        item = {**about, "type": about.get("elements", "str")}
        return [fitting(dice, item) for _item in range(dice.randrange(3))]
    if kind == "bool":
        return dice.random() < 0.5
    if kind in ("int", "float"):
        return dice.choice(NUMBERS)
    return dice.choice(TEXTS)


def options(dice: random.Random, spec: dict[str, Any]) -> dict[str, Any]:
    """Some options of a spec; those that are required nearly always."""
    shares = {name: 0.95 if about.get("required") else 0.25 for name, about in spec.items()}
    return {name: fitting(dice, spec[name]) for name, share in shares.items() if dice.random() < share}


def answer(dice: random.Random, request: httpx.Request) -> httpx.Response:
    """Absent, an empty list, or a resource of which little is known."""
    if request.method != "GET":
        return httpx.Response(dice.choice((200, 201, 400)), json={"properties": {}, "name": "a"})
    name = request.url.path.rpartition("/")[2]
    body = {"id": request.url.path, "name": name, "location": "eastus", "properties": {}, "value": []}
    gone = {"error": {"code": "UserError", "message": "absent"}}
    return httpx.Response(404, json=gone) if dice.random() < 0.5 else httpx.Response(200, json=body)


@pytest.fixture
def try_options(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Run a module with options; what is wrong with how it ended, empty if nothing is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: ("planted-token", 4e9))
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, message: None)
    defect = _module._defect
    monkeypatch.setattr(_module, "_defect", lambda error: f"{defect(error)} {traceback.format_exc()[-400:]}")

    def run(name: str, given: dict[str, Any], dice: random.Random, *, check: bool) -> str:
        module = importlib.import_module(f"ansible_collections.mlops.azureml.plugins.modules.{name}")
        clock = Clock()
        transport = httpx.MockTransport(functools.partial(answer, dice))
        monkeypatch.setattr(workspace, "HttpClient", functools.partial(HttpClient, transport=transport))
        monkeypatch.setattr(_module, "SystemClock", lambda: clock)
        try:
            with patch_module_args({**CONNECTION, **given, "_ansible_check_mode": check, "_ansible_diff": True}):
                module.main()
        except SystemExit:
            pass  # a module ends so
        except BaseException as error:  # whatever it is, the trial has to name it
            capfd.readouterr()
            place = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} in {Path(place.filename).name}:{place.name}: {str(error)[:200]}"
        out = capfd.readouterr().out
        try:
            result = json.loads(out)
        except ValueError:
            return f"no JSON: {out[:200]}"
        return str(result["msg"]) if str(result.get("msg")).startswith("Unexpected error") else ""

    return run


@pytest.mark.parametrize("name", NAMES)
def test_random_options_end_in_words(name: str, try_options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    real = basic.AnsibleModule.__init__

    def spy(module: Any, argument_spec: dict[str, Any], **more: Any) -> None:
        seen.update(argument_spec)
        real(module, argument_spec, **more)

    dice = draws(name)
    monkeypatch.setattr(basic.AnsibleModule, "__init__", spy)
    try_options(name, {}, dice, check=True)
    # The clouds and files of the connection are tried by tests of their own; these would be real ones.
    kept = ("cloud_environment", "authority_host", "ca_file", "auth_source", "federated_token_file", "profile")
    spec = {option: about for option, about in seen.items() if option not in (*kept, *CONNECTION)}
    wrong = {}
    for number in range(amount(8, 320)):
        given = options(dice, spec)
        if complaint := try_options(name, given, dice, check=number % 2 == 0):
            wrong[complaint] = given
    assert sorted(wrong) == [], wrong
