# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The exceptions of the engine. An entry point turns them into a failed task.

::

    AzureMLError
    +-- InvalidOption           the task asks for something impossible
    +-- MissingLibrary          a Python package is not installed
    +-- CredentialError         no usable credential, the authority refuses it, or a host may not get it
    +-- ConnectionFailed        no usable answer
    +-- ServiceError            the service answers with an error
    |   +-- NotFoundError         the resource is absent
    |   +-- ParentNotFoundError   what contains the resource is absent
    |   +-- ConflictError         the service refuses because of what exists
    |   +-- ThrottledError        too many requests
    +-- ImmutableFieldError     the field of an existing resource cannot be changed
    +-- OperationFailed         a long-running operation failed
    +-- LostUpdate              a write was accepted, and the resource lacks it
    +-- WaitTimeout             a long-running operation is still under way
"""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from typing import Any

from ._names.redaction import redact, redact_all


class AzureMLError(Exception):
    """What failed, on which resource, why, and what to do about it.

    Message and facts are redacted as they come in, so that nobody can print a secret later.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(redact(message))
        self._facts: dict[str, Any] = {}
        self.add_facts(**facts)

    @property
    def message(self) -> str:
        return str(self.args[0])

    @property
    def facts(self) -> Mapping[str, Any]:
        """Further keys of the failed task's result."""
        return types.MappingProxyType(self._facts)

    def add_facts(self, **facts: Any) -> None:
        """Add keys to the failed task's result, redacted."""
        self._facts.update(redact_all(facts))


class InvalidOption(AzureMLError):
    """The task asks for something impossible. Raised before any write."""


class MissingLibrary(AzureMLError):
    """A Python package is not installed where the task runs. ``traceback`` is that of the import."""

    def __init__(self, library: str, traceback: str | None = None) -> None:
        super().__init__(f"The Python package '{library}' is not installed for the interpreter that runs this task.")
        self.library = library
        self.traceback = traceback


class CredentialError(AzureMLError):
    """The task has no usable credential, the authority refuses it, or a host may not get it."""


class Delivery(enum.Enum):
    """Whether a request without usable answer reached the service."""

    NOT_SENT = enum.auto()  # certainly not
    UNKNOWN = enum.auto()  # it may have been processed
    ANSWERED = enum.auto()  # it was processed, and its answer cannot be read


class ConnectionFailed(AzureMLError):
    """No usable answer came. ``delivery``: whether the request reached the service."""

    def __init__(self, message: str, *, delivery: Delivery, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.delivery = delivery


class ServiceError(AzureMLError):
    """The service answers with an error. Facts: status, error (code, message), request_id, url (without query).

    ``retry_after``: seconds that the service asks to wait, None when it does not ask.
    """

    retry_after: float | None = None

    @property
    def status(self) -> int | None:
        return self.facts.get("status")

    @property
    def code(self) -> str | None:
        """The innermost code in the answer."""
        error = self.facts.get("error")
        return error.get("code") if isinstance(error, dict) else None


class NotFoundError(ServiceError):
    """The resource itself is absent (404)."""


class ParentNotFoundError(ServiceError):
    """The workspace, resource group or subscription is absent. Says nothing about the resource itself."""


class ConflictError(ServiceError):
    """The service refuses because of what exists (409)."""


class ThrottledError(ServiceError):
    """Too many requests (429), and so were all repetitions."""


class ImmutableFieldError(AzureMLError):
    """The service cannot change this field of an existing resource."""


class OperationFailed(AzureMLError):
    """A long-running operation was accepted and then ended as Failed or Canceled."""


class LostUpdate(AzureMLError):
    """A write was accepted, and what is read afterwards lacks it: another client has undone it, or it was ignored."""


class WaitTimeout(AzureMLError):
    """A long-running operation is still under way at the timeout. Running the task again resumes the wait."""
