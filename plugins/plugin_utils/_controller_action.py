# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The entry point for action plugins: runs a module's operation inside the worker of the controller, or the module."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
import types
import typing as t
from collections.abc import Iterator

from ansible.errors import AnsibleError
from ansible.executor import module_common
from ansible.plugins.action.normal import ActionModule as Normal
from ansible.utils.display import Display
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache
from ansible_collections.mlops.azureml.plugins.module_utils._clock import Clock
from ansible_collections.mlops.azureml.plugins.module_utils._interruption import announced
from ansible_collections.mlops.azureml.plugins.plugin_utils._conditions import unmet_condition
from ansible_collections.mlops.azureml.plugins.plugin_utils._kept_note import shown_note
from ansible_collections.mlops.azureml.plugins.plugin_utils._own_process import (
    ChildClock,
    ProcessDied,
    Send,
    in_own_process,
)
from ansible_collections.mlops.azureml.plugins.plugin_utils._prepared import CACHE, STDERR, TRUST
from ansible_collections.mlops.azureml.plugins.plugin_utils._progress_file import shown_lines
from ansible_collections.mlops.azureml.plugins.plugin_utils._signals import end_now, ended_with_controller
from ansible_collections.mlops.azureml.plugins.plugin_utils._worker_module import (
    PROFILE,
    WorkerModule,
    encode_options,
    report,
)

EXECUTION = "azureml_execution"
AUTO, MODULE, CONTROLLER = "auto", "module", "controller"
PROGRESS_FILE = "progress_file"
SHOW = "show"
DIED = "The process of the task is gone: {how}. What it started in Azure continues. Run the task again to resume."
# How ansible-core describes a module that is ready to be sent: up to 2.18 by a tuple.
BUILT_MODULE = getattr(module_common, "_BuiltModule", None)

display = Display()


class ControllerInvocation(_module.ModuleInvocation):
    """One task on the controller: its progress is shown at once."""

    def __init__(self, module: WorkerModule, show: t.Callable[[str], None] | None) -> None:
        """``show`` is None if nobody may see the progress."""
        super().__init__(module)
        self._masked = module.masked
        self._show = show
        self._error_output = -1 if STDERR is None else STDERR

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """An interruption ends the process, and so does the end of the controller."""
        with announced(self.interrupted, end_now), ended_with_controller():
            yield

    def _cache(self) -> Cache:
        return CACHE

    def _clock(self) -> Clock:
        return ChildClock()

    @property
    def is_watched(self) -> bool:
        return self._show is not None or super().is_watched

    def progress(self, message: str) -> None:
        super().progress(message)
        if self._show is not None:
            self._show(self._masked(message))


class ControllerAction(Normal):
    """Runs ``module``, the module of the same name: inside the controller's worker where its result is the same.

    The base class prepares the options and reads the result as for every module. The operation itself runs in a process
    that is forked from this one, without a new interpreter to which the module's source would be sent.
    """

    module: types.ModuleType
    _is_in_worker = False
    _note_path: str | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        self._host: str | None = variables.get("inventory_hostname")
        reason = self._why_as_module(variables)
        self._is_in_worker = reason is None
        way = "inside the controller's worker" if reason is None else f"as a module: {reason}"
        display.vvv(f"{self._task.action} runs {way}", host=self._host)
        if self._is_in_worker:
            return self._run_normally(tmp, task_vars)
        if not self._is_here():
            return self._run_followed(tmp, task_vars)
        with ended_with_controller(), shown_note() as path:
            self._note_path = path
            try:
                return self._run_followed(tmp, task_vars)
            finally:
                self._note_path = None

    def _run_followed(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        if not self._is_followed():
            return self._run_normally(tmp, task_vars)
        options = self._task.args
        with shown_lines(self._show) as path:
            self._task.args = {**options, PROGRESS_FILE: path}
            try:
                return self._run_normally(tmp, task_vars)
            finally:
                self._task.args = options

    def _run_normally(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = Normal.run(self, tmp, task_vars)
        return result

    def _why_as_module(self, task_vars: dict[str, t.Any]) -> str | None:
        """The reason to run the module, None to run in the worker. Raises AnsibleError if the task excludes that."""
        chosen = self._templar.template(task_vars.get(EXECUTION, AUTO))
        if chosen not in (AUTO, MODULE, CONTROLLER):
            raise AnsibleError(f"{EXECUTION} is {chosen!r}. Set it to {AUTO}, {MODULE} or {CONTROLLER}.")
        if chosen == MODULE:
            return f"{EXECUTION} is {MODULE}"
        reason = unmet_condition(self, task_vars)
        if chosen == CONTROLLER and reason is not None:
            raise AnsibleError(
                f"{EXECUTION} is {CONTROLLER}, but the task cannot run in the controller's worker: {reason}."
            )
        return reason

    def _is_followed(self) -> bool:
        """Whether the module writes its progress to a file of this host, and somebody watches."""
        takes_file = PROGRESS_FILE in self.module.OPERATION.spec().arguments and PROGRESS_FILE not in self._task.args
        return takes_file and self._is_here() and self._may_show()

    def _is_here(self) -> bool:
        """Whether the module runs on this host, for this user, and as long as the worker."""
        is_local = self._connection.transport == "local" and self._connection.become is None
        return is_local and not self._task.async_val

    def _may_show(self) -> bool:
        return display.verbosity > 0 and not self._task.no_log

    def _show(self, line: str) -> None:
        display.v(line, host=self._host)

    def _compute_environment_string(self, raw_environment_out: dict[str, t.Any] | None = None) -> str:
        """With the file in which the module keeps what goes on in Azure, if there is one."""
        text: str = Normal._compute_environment_string(self, raw_environment_out)
        note = self._note_path
        return text if note is None else f"{self._connection._shell.env_prefix(**{_module.NOTE: note})} {text}".rstrip()

    # What follows takes the place of steps in the base class's _execute_module.

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        return self._is_in_worker or bool(super()._is_pipelining_enabled(module_style, wrap_async))

    def _configure_module(self, module_name: str, module_args: dict[str, t.Any], task_vars: dict[str, t.Any]) -> t.Any:
        if not self._is_in_worker:
            return super()._configure_module(module_name, module_args, task_vars)
        try:
            payload = encode_options(module_args)
        except TypeError as error:
            raise AnsibleError(f"Failed to serialize arguments for the {module_name!r} module.") from error
        style, shebang, path = "new", f"#!{sys.executable}", self.module.__file__
        if BUILT_MODULE is None:
            return style, shebang, payload, path
        built = BUILT_MODULE(b_module_data=payload, module_style=style, shebang=shebang, serialization_profile=PROFILE)
        return built, path

    def _low_level_execute_command(self, cmd: str, *args: t.Any, **kwargs: t.Any) -> dict[str, t.Any]:
        if not self._is_in_worker:
            result: dict[str, t.Any] = Normal._low_level_execute_command(self, cmd, *args, **kwargs)
            return result
        work = functools.partial(self._work, kwargs["in_data"], is_shown=self._may_show())
        try:
            answer = in_own_process(work, self._loader.get_basedir(), self._receive)
        except ProcessDied as death:
            answer = json.dumps({"failed": True, "msg": DIED.format(how=death)})
        return {"rc": 0, "stdout": answer, "stderr": ""}

    def _receive(self, kind: str, value: t.Any) -> None:
        """Take a message of the task's process."""
        if kind == SHOW:
            self._show(value)
        else:
            report(kind, value)

    def _work(self, payload: bytes, send: Send, *, is_shown: bool) -> str:
        """The task itself, in its own process: the text of its result."""
        output = io.StringIO()
        # A module ends by SystemExit, once its result is printed.
        with contextlib.suppress(SystemExit):
            _module.run(
                self.module.OPERATION,
                functools.partial(WorkerModule, payload, output, send),
                functools.partial(ControllerInvocation, show=functools.partial(send, SHOW) if is_shown else None),
                TRUST,
            )
        return output.getvalue()
