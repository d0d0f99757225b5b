# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One line, one value: what a script returned as one text comes back as that text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .text_lines import without_end


def records(lines: Iterable[str], end: str) -> Iterator[list[str]]:
    """Each line as a row of one value, blank lines as well; ``end`` is what ends the lines of the file."""
    for line in lines:
        yield [without_end(line, end)]
