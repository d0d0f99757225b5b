# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The entry point for Ansible modules: reads the options, runs the operation, shows its result or its failure."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._cache import Cache
from ._clock import Clock, SystemClock
from ._engine.argument_spec import connection_options, without_blanks
from ._errors import AzureMLError, MissingLibrary
from ._interruption import announced, ended_with, write_line
from ._invocation import Result
from ._names.redaction import SHORTEST_SECRET, redact
from ._operations.operation import Operation
from ._schema.resource_type import Options
from ._service.private_cache import PrivateCache
from ._service.trust import Trust
from ._service.workspace import Workspace

# The environment variable that names a file for what goes on in Azure at the moment.
NOTE = "AZUREML_NOTE"
_STDOUT, _STDERR = 1, 2
# Seconds after which an interrupted module ends in any case.
_UNWINDING = 3


class ModuleInvocation:
    """One task of an Ansible module."""

    _error_output = _STDERR

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._progress_failed = False
        self._note = ""
        self.options: Options = module.params
        self.check_mode: bool = module.check_mode
        self.clock = self._clock()
        self.cache: Cache = self._cache()

    def _clock(self) -> Clock:
        return SystemClock()

    def _cache(self) -> Cache:
        """A folder of this user: modules are processes that have nothing else in common."""
        home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        return PrivateCache(os.path.join(os.path.expanduser(home), "mlops.azureml"), self.clock)

    @property
    def is_watched(self) -> bool:
        return bool(self.options.get("progress_file"))

    def warn(self, message: str) -> None:
        self._module.warn(message)

    def progress(self, message: str) -> None:
        """Write to Ansible's debug log and to the task's progress file: a module cannot print before its end."""
        self._module.debug(message)
        self._write_progress(message)

    def _write_progress(self, message: str) -> None:
        path = self.options.get("progress_file")
        if path and not self._progress_failed:
            try:
                with open(path, "a", encoding="utf-8", opener=_private_opener) as stream:
                    stream.write(f"{message}\n")
            except OSError as error:
                self._progress_failed = True
                self.warn(f"progress_file: cannot write {path} ({error.strerror}). The task continues without it.")

    @contextlib.contextmanager
    def underway(self, note: str) -> t.Iterator[None]:
        before = self._note
        self._keep(note)
        try:
            yield
        finally:
            self._keep(before)

    def _keep(self, note: str) -> None:
        """Keep the note, also where the controller reads it: it does not read the output of a module that is killed."""
        self._note = note
        path = os.environ.get(NOTE)
        if path:
            with contextlib.suppress(OSError), open(path, "w", encoding="utf-8") as stream:
                stream.write(_marked(note))

    def interrupted(self) -> None:
        """Say what goes on in Azure: in the progress file, and on the error output."""
        if self._note:
            self._write_progress(self._note)
            write_line(self._error_output, _marked(self._note))

    @contextlib.contextmanager
    def interruptible(self) -> t.Iterator[None]:
        """An interruption ends the task, and Ansible's wrapper deletes its temporary files.

        So does the end of the process that waits for the result, which closes the pipe to it.
        """
        with announced(self.interrupted, _unwind), ended_with(_STDOUT, 0):
            yield

    def register_secret(self, secret: str) -> None:
        if len(secret) >= SHORTEST_SECRET:
            self._module.no_log_values.add(secret)


class SecretsModule(AnsibleModule):
    """Ansible's class, which never shows what somebody wrote in a wrong place of an option that holds secrets.

    Ansible itself masks the values of the suboptions that it knows, no others, and reads a text as ``key=value``: its
    message then quotes a part of the secret as a key. ``refused``: the options that hold no map.
    """

    refused: tuple[str, ...] = ()

    def _load_params(self) -> None:
        AnsibleModule._load_params(self)
        self.refused = tuple(_hide_misplaced(self.params, self.argument_spec, self.no_log_values))
        self.params = _with_texts(self.params, self.argument_spec)


def _hide_misplaced(options: dict[str, t.Any], spec: t.Mapping[str, t.Any], masked: set[str]) -> t.Iterator[str]:
    """Mask the values of unknown suboptions; drop and return the options that are texts."""
    for option, about in spec.items():
        known = about.get("options") or {}
        value = options.get(option)
        if not any(inner.get("no_log") for inner in known.values()) or value is None:
            continue
        suboptions = _as_map(value)
        if suboptions is None:
            options[option] = None
            yield option
        else:
            unknown = [inner for name, inner in suboptions.items() if name not in known]
            masked.update(text for text in _texts(unknown) if len(text) >= SHORTEST_SECRET)


def _with_texts(options: dict[str, t.Any], spec: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options with the JSON text in place of what is no map where suboptions belong.

    Ansible refuses the text with the name of the option; on a number or a boolean it ends with a traceback.
    """
    return {
        name: _with_text(value, spec[name]["options"]) if name in spec and spec[name].get("options") else value
        for name, value in options.items()
    }


def _with_text(value: t.Any, spec: t.Mapping[str, t.Any]) -> t.Any:
    if isinstance(value, dict):
        return _with_texts(value, spec)
    if isinstance(value, list):
        return [_with_texts(item, spec) if isinstance(item, dict) else _text_of(item) for item in value]
    return value if value is None else _text_of(value)


def _text_of(value: t.Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    else:
        yield str(value)


def _as_map(value: t.Any) -> dict[str, t.Any] | None:
    """The map that an option holds, itself or as JSON text; None for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def _marked(note: str) -> str:
    return f"mlops.azureml: {note}" if note else ""


def _unwind(number: int) -> t.NoReturn:
    """End the process by the exception for it, so that what is open is closed; requests in threads are not awaited."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_UNWINDING)
    raise SystemExit(128 + number)


def _private_opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def run(
    operation: Operation,
    module_class: t.Callable[..., SecretsModule] = SecretsModule,
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
    for option in module.refused:
        module.fail_json(msg=f"{option}: it is no map. Write its suboptions below it, each with its name.")
    invocation = invocation_class(module)
    workspace = Workspace(invocation, trust)
    try:
        invocation.options = spec.completed(without_blanks(module.params), invocation.register_secret)
        with invocation.interruptible():
            result = operation.run(workspace)
    except MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.traceback)
    except AzureMLError as error:
        # No traceback: Ansible adds the pending one with -vvv, and only then is it of use.
        module.fail_json(msg=str(error), **error.facts)
    except OSError as error:  # of a file that an option names, where nothing says more about it
        module.fail_json(msg=_of_file(error))
    except Exception as error:  # a defect: shown with masked texts, for the plain traceback could quote a secret
        module.fail_json(msg=_defect(error), exception=redact(traceback.format_exc()))
    finally:
        workspace.close()
    module.exit_json(**_shown(result, module._diff))


def _of_file(error: OSError) -> str:
    name = str(error.filename or "a file")[:200]
    reason = error.strerror or type(error).__name__
    return redact(f"'{name}' cannot be used: {reason}. Check the paths in the options, their permissions and the disk.")


def _defect(error: Exception) -> str:
    """The message for an exception that nothing expected; the task's secrets are masked as in all output."""
    text = redact(f"{type(error).__name__}: {error}")
    return f"Unexpected error: {text}. This is a defect of the collection: report it with the output of -vvv."


def _shown(result: Result, diff_mode: bool) -> dict[str, t.Any]:
    shown = {"changed": result.changed, **result.values}
    if diff_mode:
        shown["diff"] = {"before": result.before, "after": result.after}
    return shown
