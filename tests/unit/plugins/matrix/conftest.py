# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixtures of the matrix."""

from __future__ import annotations

from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import opened, signing_key

__all__ = ["opened", "signing_key"]
