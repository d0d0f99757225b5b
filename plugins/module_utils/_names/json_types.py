# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The types of parsed JSON."""

from __future__ import annotations

import typing as t

# Any JSON value.
Json = t.Any
# A JSON object, as most bodies of requests and answers are.
JsonObject = dict[str, Json]
