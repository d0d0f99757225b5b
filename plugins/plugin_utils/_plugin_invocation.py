# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The engine for plugins of the controller that are no tasks: inventory and lookups. They only read."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache
from ansible_collections.mlops.azureml.plugins.module_utils._clock import Clock, SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError
from ansible_collections.mlops.azureml.plugins.module_utils._names.redaction import redact
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.plugin_utils._prepared import CACHE, TRUST

display = Display()


class PluginInvocation:
    """What a plugin offers the engine. ``options`` are those of the connection, completed from the environment."""

    is_watched = False

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        self.check_mode = True
        self.options = options
        self.clock: Clock = SystemClock()
        self.cache: Cache = CACHE
        self._secrets: set[str] = set()

    def warn(self, message: str) -> None:
        display.warning(redact(message, self._secrets))

    def progress(self, message: str) -> None:
        display.vvv(redact(message, self._secrets))

    def underway(self, note: str) -> contextlib.AbstractContextManager[None]:
        """Reading starts nothing that goes on."""
        del note
        return contextlib.nullcontext()

    def register_secret(self, secret: str) -> None:
        self._secrets.add(secret)


def complete(given: t.Mapping[str, t.Any], what: str) -> dict[str, t.Any]:
    """The options of the connection, with those of the environment. Raises AnsibleError, which says ``what`` failed."""
    spec = connection_options()
    named = {name: value for name, value in given.items() if name in spec and value is not None}
    read = ArgumentSpecValidator(spec).validate(named)
    if read.error_messages:
        raise AnsibleError(f"{what} failed: {'; '.join(read.error_messages)}")
    completed: dict[str, t.Any] = read.validated_parameters
    return completed


@contextlib.contextmanager
def open_workspace(given: t.Mapping[str, t.Any], what: str) -> t.Iterator[Workspace]:
    """The workspace, or only its connection. ``given``: options of the connection; others are ignored.

    Raises AnsibleError, which says ``what`` failed, for wrong options and for every AzureMLError inside the block.
    """
    workspace = Workspace(PluginInvocation(complete(given, what)), TRUST)
    try:
        yield workspace
    except AzureMLError as error:
        raise AnsibleError(f"{what} failed: {error}") from None
    finally:
        workspace.close()
