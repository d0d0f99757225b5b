"""The collection's engine, driven without Ansible around it, in this process or in one that is killed on the way."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache
from ansible_collections.mlops.azureml.plugins.module_utils._clock import Clock, SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from azure.core.pipeline.transport import HttpTransport

from .local_workspace import connection_of

SHORTEST_SLEEP = 0.05
COUNTS = "counts"  # the property of a test that adds to the sum that is printed at the end


class Hurried(SystemClock):
    """The clock of this host, with its pauses cut short."""

    def sleep(self, seconds: float) -> None:
        super().sleep(min(float(seconds), SHORTEST_SLEEP))


@dataclass
class Invocation:
    """One task, as an entry point offers it."""

    options: dict[str, Any]
    cache: Cache
    clock: Clock = field(default_factory=Hurried)
    check_mode: bool = False
    is_watched: bool = False
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def progress(self, _message: str) -> None:
        pass

    def underway(self, _note: str) -> contextlib.AbstractContextManager[None]:
        """Nothing interrupts it."""
        return contextlib.nullcontext()

    def register_secret(self, _secret: str) -> None:
        pass


@dataclass(frozen=True)
class Done:
    """The result of a task; `message` is why it failed."""

    changed: bool
    values: dict[str, Any]
    message: str
    warnings: list[str]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def failed(self) -> bool:
        return bool(self.message)


# A point on the way of a task: its n-th request, before it is sent or after it was answered.
Point = tuple[int, str]
BEFORE, AFTER = "before", "after"


class Engine:
    """Runs tasks against a local workspace. Pauses are cut short, so that a wait of a minute takes no minute."""

    def __init__(self, settings: dict[str, str], cache: Path) -> None:
        self.cache = cache  # tokens and the description of the cloud are kept there
        self.connection = connection_of(settings)

    def invocation(self, arguments: dict[str, Any] | None = None, **options: Any) -> Invocation:
        """A task with these options, read and completed as Ansible does; without `arguments` it only connects."""
        validator = ArgumentSpecValidator({**connection_options(), **(arguments or {})})
        read = validator.validate({**self.connection, **options})
        assert not read.error_messages, read.error_messages
        return Invocation(read.validated_parameters, PrivateCache(str(self.cache), Hurried()))

    def run(self, operation: Operation, **options: Any) -> Done:
        """One task to its end."""
        invocation = self.invocation(operation.spec().arguments, **options)
        workspace = Workspace(invocation)
        try:
            with _hurried():
                result = operation.run(workspace)
        except AzureMLError as error:
            return Done(bool(error.facts.get("changed")), error.facts, error.message, invocation.warnings)
        finally:
            workspace.close()
        return Done(result.changed, result.values, "", invocation.warnings)

    def together(self, task: Callable[[], Done], runs: int) -> list[tuple[bool, bool]]:
        """The same task in several processes at once, at its own pace: whether each changed something, and failed."""
        return self.at_once(*[task] * runs)

    def at_once(self, *tasks: Callable[[], Done]) -> list[tuple[bool, bool]]:
        """Tasks in processes of their own, all at once: whether each changed something, and failed."""
        pipes = []
        for task in tasks:
            reading, writing = os.pipe()
            if os.fork() == 0:
                with mock.patch.object(sys.modules[__name__], "SHORTEST_SLEEP", float("inf")):
                    done = task()
                os.write(writing, bytes((done.changed, done.failed)))
                os._exit(0)
            os.close(writing)
            pipes.append(os.fdopen(reading, "rb"))
        outcomes = []
        for pipe in pipes:
            with pipe:
                changed, failed = pipe.read()
            outcomes.append((bool(changed), bool(failed)))
            os.wait()
        return outcomes

    def killed(self, task: Callable[[], Any], at: Point) -> bool:
        """Run a task in a process that is killed at a point of its way; False when it got to its end before that."""
        child = os.fork()
        if child == 0:
            with _stopping(at):
                task()
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def requests_of(self, task: Callable[[], Any]) -> int:
        """How many requests a task makes."""
        count = 0

        def note(_moment: str) -> None:
            nonlocal count
            count += 1

        with _watched(lambda moment: note(moment) if moment == BEFORE else None):
            task()
        return count


@contextlib.contextmanager
def _hurried() -> Iterator[None]:
    """Pauses that the storage library makes, cut short as well."""

    def nap(_transport: HttpTransport, seconds: float) -> None:
        Hurried().sleep(seconds)

    with mock.patch.object(HttpTransport, "sleep", nap):
        yield


@contextlib.contextmanager
def _watched(see: Callable[[str], None]) -> Iterator[None]:
    """Call `see` before each request of any library, and after its answer."""

    def around(send: Callable[..., Any]) -> Callable[..., Any]:
        def sent(*arguments: Any, **how: Any) -> Any:
            see(BEFORE)
            answer = send(*arguments, **how)
            see(AFTER)
            return answer

        return sent

    with (
        mock.patch.object(httpx.Client, "send", around(httpx.Client.send)),
        mock.patch.object(requests.Session, "send", around(requests.Session.send)),
    ):
        yield


def _stopping(at: Point) -> contextlib.AbstractContextManager[None]:
    number, desired = at
    seen = 0

    def see(moment: str) -> None:
        nonlocal seen
        seen += moment == BEFORE
        if seen == number and moment == desired:
            os.kill(os.getpid(), signal.SIGKILL)

    return _watched(see)
