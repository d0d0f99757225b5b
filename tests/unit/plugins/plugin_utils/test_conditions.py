# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interpreter of a task is compared with the controller's, and rendered only if it has to be."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.plugin_utils import _conditions
from ansible_collections.mlops.azureml.plugins.plugin_utils._conditions import unmet_condition

DOCUMENTED = "{{ ansible_playbook_python }}"


def action(delegate_to: str | None = None) -> Any:
    """An action on the controller, without anything that would make it a module."""
    connection = types.SimpleNamespace(matches_name=lambda _names: True, become=None)
    task = types.SimpleNamespace(async_val=0, delegate_to=delegate_to)
    return types.SimpleNamespace(
        _task=task, _connection=connection, _templar=None, _compute_environment_string=lambda: ""
    )


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The interpreters that are rendered; each becomes the one of another environment."""
    seen: list[str] = []

    def render(_program: str, variables: dict[str, Any], _templar: object) -> tuple[str, str]:
        seen.append(variables["ansible_python_interpreter"])
        return "#!/other/python", "/other/python"

    monkeypatch.setattr(_conditions, "_get_shebang", render)
    return seen


@pytest.mark.parametrize("own", [DOCUMENTED, "{{ansible_playbook_python}}", sys.executable])
@pytest.mark.parametrize("delegate_to", [None, "other"])
def test_the_controllers_own_is_not_rendered(rendered: list[str], own: str, delegate_to: str | None) -> None:
    host = {"ansible_python_interpreter": own, "ansible_playbook_python": sys.executable}
    variables = {"ansible_delegated_vars": {"other": host}} if delegate_to else host
    assert unmet_condition(action(delegate_to), variables) is None
    assert rendered == []


@pytest.mark.parametrize(
    ("own", "playbook_python"),
    [("{{ mine }}", sys.executable), (DOCUMENTED, "/changed/python"), (f"{DOCUMENTED}3", sys.executable)],
)
def test_any_other_is_rendered_once(rendered: list[str], own: str, playbook_python: str) -> None:
    variables = {"ansible_python_interpreter": own, "ansible_playbook_python": playbook_python}
    reason = unmet_condition(action(), variables)
    assert reason == f"the interpreter is /other/python, that of the controller is {sys.executable}"
    assert rendered == [own]
