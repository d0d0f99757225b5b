# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""When a task can run inside the controller's worker with the same result as a module."""

from __future__ import annotations

import os
import re
import sys
import typing as t
from collections.abc import Mapping

from ansible.executor.interpreter_discovery import InterpreterDiscoveryRequiredError
from ansible.executor.module_common import _get_shebang
from ansible_collections.mlops.azureml.plugins.plugin_utils._prepared import MISSING_PACKAGES

if t.TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

OF_CONTROLLER = re.compile(r"\{\{\s*ansible_playbook_python\s*\}\}")


def unmet_condition(action: ActionBase, task_vars: Mapping[str, t.Any]) -> str | None:
    """The first reason why the task has to run as a module; None if there is none."""
    task, connection = action._task, action._connection
    if sys.platform == "darwin":
        return "on macOS a forked process cannot look up proxies"
    if not connection.matches_name(["ansible.builtin.local"]):
        return f"the connection is {connection.ansible_name or connection.transport}, not local"
    if connection.become is not None:
        return "the task uses become"
    if task.async_val:
        return "the task uses async"
    if action._compute_environment_string():
        return "the task has an environment"
    if MISSING_PACKAGES:
        return f"the controller's Python has no package {' and '.join(MISSING_PACKAGES)}"
    return _other_interpreter(action, task_vars)


def _other_interpreter(action: ActionBase, task_vars: Mapping[str, t.Any]) -> str | None:
    delegated = action._task.delegate_to
    of_host = task_vars["ansible_delegated_vars"][delegated] if delegated else task_vars
    own = of_host.get("ansible_python_interpreter")
    if _names_the_controllers(own, of_host):
        return None
    if own is None or own != sys.executable:
        try:
            _line, own = _get_shebang("/usr/bin/python", of_host, action._templar)
        except InterpreterDiscoveryRequiredError:
            return (
                "the interpreter of the host is not set, and would be searched for; set ansible_python_interpreter "
                "to '{{ ansible_playbook_python }}'"
            )
    return None if _is_same(own) else f"the interpreter is {own}, that of the controller is {sys.executable}"


def _names_the_controllers(own: t.Any, variables: Mapping[str, t.Any]) -> bool:
    """Whether it is the documented template, and means what it says. To render it costs 3 ms in each task."""
    is_template = isinstance(own, str) and OF_CONTROLLER.fullmatch(own) is not None
    return is_template and variables.get("ansible_playbook_python") == sys.executable


def _is_same(interpreter: str) -> bool:
    """Whether a path is this interpreter. Environments share the program, but not its directory."""
    try:
        directories = (os.path.realpath(os.path.dirname(path)) for path in (interpreter, sys.executable))
        return len(set(directories)) == 1 and os.path.samefile(interpreter, sys.executable)
    except OSError:
        return False
