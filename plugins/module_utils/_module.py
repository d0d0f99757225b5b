# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The door for Ansible modules: options in, result out, and the one place where our errors become a failed task."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._clock import Clock, SystemClock
from ._engine.argument_spec import connection_options
from ._errors import AzureMLError, MissingLibrary
from ._invocation import Result
from ._names.redaction import SHORTEST_SECRET
from ._operations.operation import Operation
from ._schema.resource_type import Options
from ._service.workspace import Workspace


class ModuleInvocation:
    """One task that came through AnsibleModule."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._is_mute = False
        self.options: Options = module.params
        self.check_mode: bool = module.check_mode
        self.clock: Clock = SystemClock()
        cache_home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        self.cache_dir: str | None = os.path.join(os.path.expanduser(cache_home), "mlops.azureml")

    def warn(self, message: str) -> None:
        self._module.warn(message)

    def progress(self, message: str) -> None:
        """Told in Ansible's debug log, and in the file that the task names: a module cannot speak before its end."""
        self._module.debug(message)
        path = self.options.get("progress_file")
        if path and not self._is_mute:
            try:
                with open(path, "a", encoding="utf-8", opener=_for_the_owner) as stream:
                    stream.write(f"{message}\n")
            except OSError as error:
                self._is_mute = True
                self.warn(f"progress_file: cannot write {path} ({error.strerror}). Nobody can watch; the task goes on.")

    def register_secret(self, secret: str) -> None:
        if len(secret) >= SHORTEST_SECRET:
            self._module.no_log_values.add(secret)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def run(verb: Operation) -> None:
    """Be an Ansible module: the whole of ``main()``."""
    spec = verb.spec()
    asked = spec.opened()
    module = AnsibleModule(
        argument_spec={**connection_options(), **asked.arguments},
        required_if=asked.required_if,
        required_together=asked.required_together,
        mutually_exclusive=asked.mutually_exclusive,
        required_one_of=asked.required_one_of,
        required_by=asked.required_by,
        supports_check_mode=True,
    )
    invocation = ModuleInvocation(module)
    try:
        invocation.options = spec.completed(module.params, invocation.register_secret)
        result = verb.run(Workspace(invocation))
    except MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.traceback)
    except AzureMLError as error:
        # Ansible adds the pending traceback by itself when it is asked to (-vvv): nobody else wants to read one.
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**_shown(result, module._diff))


def _shown(result: Result, diff_mode: bool) -> dict[str, t.Any]:
    shown = {"changed": result.changed, **result.values}
    if diff_mode:
        shown["diff"] = {"before": result.before, "after": result.after}
    return shown
