# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The entry point for Ansible modules: reads the options, runs the operation, shows its result or its failure."""

from __future__ import annotations

import os
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._clock import Clock, SystemClock
from ._engine.argument_spec import connection_options
from ._errors import AzureMLError, MissingLibrary
from ._invocation import Result
from ._names.redaction import SHORTEST_SECRET, redact
from ._operations.operation import Operation
from ._schema.resource_type import Options
from ._service.trust import Trust
from ._service.workspace import Workspace


class ModuleInvocation:
    """One task of an Ansible module."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._progress_failed = False
        self.options: Options = module.params
        self.check_mode: bool = module.check_mode
        self.clock: Clock = SystemClock()
        cache_home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        self.cache_dir: str | None = os.path.join(os.path.expanduser(cache_home), "mlops.azureml")

    @property
    def is_watched(self) -> bool:
        return bool(self.options.get("progress_file"))

    def warn(self, message: str) -> None:
        self._module.warn(message)

    def progress(self, message: str) -> None:
        """Write to Ansible's debug log and to the task's progress file: a module cannot print before its end."""
        self._module.debug(message)
        path = self.options.get("progress_file")
        if path and not self._progress_failed:
            try:
                with open(path, "a", encoding="utf-8", opener=_private_opener) as stream:
                    stream.write(f"{message}\n")
            except OSError as error:
                self._progress_failed = True
                self.warn(f"progress_file: cannot write {path} ({error.strerror}). The task continues without it.")

    def register_secret(self, secret: str) -> None:
        if len(secret) >= SHORTEST_SECRET:
            self._module.no_log_values.add(secret)


def _private_opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def run(
    operation: Operation,
    module_class: t.Callable[..., AnsibleModule] = AnsibleModule,
    invocation_class: t.Callable[[AnsibleModule], ModuleInvocation] = ModuleInvocation,
    trust: Trust | None = None,
) -> t.NoReturn:
    """Run an operation as an Ansible module: the whole of ``main()``.

    :param module_class: makes the module; the entry point on the controller has another class
    :param invocation_class: makes what the engine sees of it
    :param trust: keeps TLS contexts for several tasks
    :raises SystemExit: always, after the result or the failure was shown
    """
    spec = operation.spec()
    opened = spec.opened()
    module = module_class(
        argument_spec={**connection_options(), **opened.arguments},
        required_if=opened.required_if,
        required_together=opened.required_together,
        mutually_exclusive=opened.mutually_exclusive,
        required_one_of=opened.required_one_of,
        required_by=opened.required_by,
        supports_check_mode=True,
    )
    invocation = invocation_class(module)
    workspace = Workspace(invocation, trust)
    try:
        invocation.options = spec.completed(module.params, invocation.register_secret)
        result = operation.run(workspace)
    except MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.traceback)
    except AzureMLError as error:
        # No traceback: Ansible adds the pending one with -vvv, and only then is it of use.
        module.fail_json(msg=str(error), **error.facts)
    except Exception as error:
        module.fail_json(msg=_defect(error), exception=redact(traceback.format_exc()))
    finally:
        workspace.close()
    module.exit_json(**_shown(result, module._diff))


def _defect(error: Exception) -> str:
    """The message for an exception that nothing expected; the task's secrets are masked as in all output."""
    text = redact(f"{type(error).__name__}: {error}")
    return f"Unexpected error: {text}. This is a defect of the collection: report it with the output of -vvv."


def _shown(result: Result, diff_mode: bool) -> dict[str, t.Any]:
    shown = {"changed": result.changed, **result.values}
    if diff_mode:
        shown["diff"] = {"before": result.before, "after": result.after}
    return shown
