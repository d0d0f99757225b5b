# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the data of the jobs exists."""

from __future__ import annotations

import os
import typing as t

from .._errors import AzureMLError, InvalidOption
from .._jobs.input_source import InputSource
from .._jobs.inputs_outputs import Input
from .._names.references import parse
from .finding import ERROR, Finding, Found, Unknown
from .intended import DATA, Intended
from .surfaces import Surfaces

_READ_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read, from inside its network"


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``input_absent``: local files, data assets or models, and places in storage.

    What the task registers counts as present.
    """
    source = InputSource(observed.home, observed.datastores)
    for job, item in intended.inputs():
        yield from _check_one(f"{job.at}.{item.option}", item, source, intended)
    for entry in intended.assets.get(DATA, ()):
        path = entry.options.get("path")
        if isinstance(path, str) and _is_local(path) and not os.path.exists(path):
            yield _finding(f"{entry.at}.path", f"there is nothing at {path}", "This host has no such file or folder.")


def _check_one(subject: str, item: Input, source: InputSource, intended: Intended) -> t.Iterator[Found]:
    if item.is_local:
        if not os.path.exists(item.path):
            yield _finding(subject, f"there is nothing at {item.path}", "This host has no such file or folder.")
        return
    if _is_registered(item, intended):
        return
    try:
        sight = source.look(item)
    except InvalidOption as error:
        yield _finding(subject, f"the data of {item.option} does not exist", error.message)
        return
    except AzureMLError as error:
        yield _unknown(subject, item, error)
        return
    if sight.absent is not None:
        yield _finding(subject, f"the data of {item.option} does not exist", sight.absent)
    elif sight.unseen is not None:
        yield _unknown(subject, item, sight.unseen)


def _is_registered(item: Input, intended: Intended) -> bool:
    """Whether the input is an asset that the task publishes."""
    try:
        reference = parse(item.path, item.collection) if item.is_asset else None
    except ValueError:
        return False
    return reference is not None and intended.publishes(item.collection, reference.name)


def _is_local(path: str) -> bool:
    return "://" not in path and not path.startswith(("azureml:", "/subscriptions/"))


def _finding(subject: str, what: str, why: str) -> Finding:
    return Finding("input_absent", ERROR, subject, what, why, "Correct the path, or upload the data first.")


def _unknown(subject: str, item: Input, error: AzureMLError) -> Unknown:
    return Unknown(subject, f"whether there is data for {item.option} is not known", error.message, _READ_BLOBS)
