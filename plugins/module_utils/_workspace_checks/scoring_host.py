# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the host that starts jobs is reachable from here and takes the caller's token."""

from __future__ import annotations

import typing as t

from .._errors import AzureMLError, ConnectionFailed
from .finding import ERROR, Finding, Found, Unknown
from .intended import Intended, read_at
from .surfaces import ML, Surfaces
from .token_audiences import refused_token

_PROBE = "workspace-check"
_REFUSED = frozenset({401, 403})


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``scoring_unreachable``, ``token_audience``.

    Reads a job that does not exist: the host checks the token first, and starts nothing. What the host of a private
    workspace says from outside was not recorded (operations contract, open question 7), so that only a refusal of the
    audience is a finding. Service fact: batch contract 14.10.
    """
    name = intended.scoring_endpoint
    if not intended.is_scoring or name is None:
        return
    path = intended.workspace.child("batchEndpoints", name)
    uri = read_at(observed.child(path, "the endpoint"), "properties.scoringUri")
    if uri is None:  # a new endpoint
        return
    try:
        status, text = observed.scoring_answer(f"{uri}/{_PROBE}")
    except ConnectionFailed as error:
        yield Finding(
            "scoring_unreachable",
            ERROR,
            path,
            f"the scoring host of endpoint {name} is not reachable from here",
            error.message,
            "Run from a host inside the network of the workspace, or correct name resolution, proxy and firewall.",
        )
        return
    except AzureMLError as error:
        yield _unknown(path, name, error.message)
        return
    if status in _REFUSED and "audience" in text.lower():
        yield refused_token(path, f"the scoring host of endpoint {name} refuses the token", f"It says: {text}")
    elif status in _REFUSED or (observed.is_private and status != 200):
        yield _unknown(path, name, f"It answered with status {status}: {text}")


def _unknown(path: str, name: str, why: str) -> Unknown:
    action = f"{ML}/workspaces/batchEndpoints/jobs/read, and a host inside the network of a private workspace"
    return Unknown(path, f"whether the scoring host of endpoint {name} takes the token is not known", why, action)
