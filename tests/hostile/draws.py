# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much is tried, and the seed of random draws: a failure is repeated with HOSTILE_SEED."""

from __future__ import annotations

import os
import random

SEED = int(os.environ.get("HOSTILE_SEED") or random.SystemRandom().randrange(1 << 32))


def draws(name: str) -> random.Random:
    """The random numbers of one trial. Prints the seed, which pytest shows of a trial that fails."""
    print(f"repeat with HOSTILE_SEED={SEED}")
    return random.Random(f"{SEED} {name}")  # noqa: S311 - no secret depends on it


def amount(slice_: int, on_request: int) -> int:
    """So many trials in the gate's slice, so many with `make hostile`; HOSTILE=full is ten times as many."""
    return {"": slice_, "yes": on_request, "full": 10 * on_request}[os.environ.get("HOSTILE", "")]
