# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the main process has ready before it forks workers: imports, the TLS context, and memory that they share.

No thread, no socket and no credential: nothing that a fork would break, or that outlives its use.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import multiprocessing
import os

from ansible.module_utils.basic import AnsibleFallbackNotFound
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache, NoCache
from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._service.trust import Trust
from ansible_collections.mlops.azureml.plugins.plugin_utils._shared_cache import SharedCache

PACKAGES = ("httpx", "azure.identity")
# A task imports them with its first request; without this, every worker would import them again.
TRANSPORT = "ansible_collections.mlops.azureml.plugins.module_utils._service.transport"

TRUST = Trust()


def _cache() -> Cache:
    try:
        return SharedCache(SystemClock())
    except OSError:
        return NoCache()


CACHE = _cache()


def _stderr() -> int | None:
    """Where the controller's own messages go: workers lose theirs. None in a worker, or without such a place."""
    try:
        return os.dup(2) if multiprocessing.parent_process() is None else None
    except OSError:
        return None


STDERR = _stderr()


def _is_importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def _ca_file() -> str | None:
    """The file of trusted authorities of tasks that do not name one."""
    variables, names = connection_options()["ca_file"]["fallback"]
    try:
        return str(variables(*names))
    except AnsibleFallbackNotFound:
        return None


MISSING_PACKAGES = tuple(name for name in PACKAGES if not _is_importable(name))
if not MISSING_PACKAGES:
    importlib.import_module(TRANSPORT)
    with contextlib.suppress(InvalidOption):  # the task reports a file that cannot be used
        TRUST.context(_ca_file())
