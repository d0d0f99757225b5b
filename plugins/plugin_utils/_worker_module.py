# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Ansible's module class inside a worker of the controller: options come in, and the result goes out, as JSON texts.

Everything between the two is Ansible's own code for modules, so that options are checked, secrets masked and results
shaped as in a module. The texts are made and read as for a module on another host.
"""

from __future__ import annotations

import contextlib
import io
import json
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.common import json as ansible_json
from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.common.parameters import remove_values
from ansible_collections.mlops.azureml.plugins.module_utils._module import SecretsModule

# From ansible-core 2.19 on, what travels is encoded by profiles. A module that declares none has the legacy one.
PROFILE = "legacy"
HAS_PROFILES = hasattr(ansible_json, "get_encoder")
WARN, DEPRECATE = "warn", "deprecate"


def report(kind: str, message: t.Mapping[str, t.Any]) -> None:
    """Warn in this process. From ansible-core 2.19 on, the worker adds it to the result; before, the module does."""
    functions: dict[str, t.Callable[..., None]] = {WARN: ansible_warnings.warn, DEPRECATE: ansible_warnings.deprecate}
    functions[kind](**message)


def encode_options(options: t.Mapping[str, t.Any]) -> bytes:
    """The options of a task as a module reads them. Raises TypeError for a value that has no JSON form."""
    payload = {"ANSIBLE_MODULE_ARGS": options}
    if HAS_PROFILES:
        return json.dumps(payload, cls=ansible_json.get_encoder(f"module_{PROFILE}_c2m")).encode()
    encoder = t.cast("type[json.JSONEncoder]", ansible_json.AnsibleJSONEncoder)
    return json.dumps(payload, cls=encoder, vault_to_text=True).encode()


class WorkerModule(SecretsModule):
    """One task in the controller's worker."""

    def __init__(
        self,
        payload: bytes,
        output: io.StringIO,
        reports: t.Callable[[str, t.Mapping[str, t.Any]], None] = report,
        **spec: t.Any,
    ) -> None:
        """Raises SystemExit if the options are wrong, as everything in Ansible's class that ends a module.

        :param payload: the options, from ``encode_options``
        :param output: receives the text of the result
        :param reports: takes warnings and deprecations to the worker's own process, if this is another one
        :param spec: what AnsibleModule takes
        """
        self._payload = payload
        self._output = output
        self._held: list[tuple[str, dict[str, t.Any]]] = []
        self._reports = reports if HAS_PROFILES else report
        # Before ansible-core 2.19 these collect in the process, and those of the worker are not the task's.
        ansible_warnings._global_warnings.clear()
        ansible_warnings._global_deprecations.clear()
        super().__init__(**spec)  # type: ignore[no-untyped-call]  # Ansible has no types

    def _load_params(self) -> None:
        # Where Ansible's wrapper of a module puts the payload; each task of the process puts its own there.
        basic._ANSIBLE_ARGS = self._payload
        basic._ANSIBLE_PROFILE = PROFILE
        SecretsModule._load_params(self)

    def _check_locale(self) -> None:
        """Leave the locale of the worker as it is."""

    def warn(self, warning: str, **more: t.Any) -> None:
        """Hold a warning until its secrets are known: from ansible-core 2.19 on, the worker shows it at once."""
        self._held.append((WARN, {**more, "warning": warning}))

    def deprecate(
        self,
        msg: str,
        version: str | None = None,
        date: str | None = None,
        collection_name: str | None = None,
        **more: t.Any,
    ) -> None:
        """Hold a deprecation likewise."""
        self._held.append(
            (DEPRECATE, {**more, "msg": msg, "version": version, "date": date, "collection_name": collection_name})
        )

    def masked(self, text: str) -> str:
        """The text without the secrets that are known so far."""
        return str(remove_values(text, self.no_log_values))

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        while self._held:
            kind, message = self._held.pop(0)
            text = {WARN: "warning", DEPRECATE: "msg"}[kind]
            self._reports(kind, {**message, text: self.masked(message[text])})
        with contextlib.redirect_stdout(self._output):
            basic.AnsibleModule._return_formatted(self, kwargs)
