# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import random
import stat
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._checks import spool
from ansible_collections.mlops.azureml.plugins.module_utils._checks.exact_sum import ExactSum
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError


def test_the_file_has_no_name_and_is_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spool.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool, "MOST_PENDING", 1)
    with spool.Spool() as rows:
        rows.add("a", 1, b"secret")
        assert list(tmp_path.iterdir()) == []
        assert rows._file is not None
        found = os.fstat(rows._file.fileno())
        assert (stat.S_IMODE(found.st_mode), found.st_nlink) == (0o600, 0)
    assert rows._file.closed


def test_a_part_that_is_too_large_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_IN_PART", 1 << 14)
    with spool.Spool() as rows, spool.Spool() as others:
        for number in range(20_000):
            rows.add(f"key-{number}", number, b"x" * 100)
            others.add(f"key-{number}", number, b"")
        seen = set()
        for part, other_part in spool.partitions([rows, others]):
            records, keys = list(part), {key for key, _number, _data in other_part}
            assert {key for key, _number, _data in records} == keys
            assert sum(len(data) for _key, _number, data in records) < 1 << 14
            assert [number for _key, number, _data in records] == sorted(number for _key, number, _data in records)
            seen |= keys
        assert len(seen) == 20_000


def test_rows_of_one_key_are_not_divided_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_IN_PART", 100)
    with spool.Spool() as rows:
        for number in range(500):
            rows.add("same", number, b"x")
        assert [number for [part] in spool.partitions([rows]) for _key, number, _data in part] == list(range(500))


def test_no_space_for_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool.tempfile, "TemporaryFile", full)
    monkeypatch.setattr(spool, "MOST_PENDING", 1)
    with spool.Spool() as rows, pytest.raises(AzureMLError, match=r"No space left on device.*TMPDIR"):
        rows.add("a", 1, b"")


def test_a_sum_does_not_depend_on_the_order() -> None:
    numbers = [random.Random(1).uniform(-1, 1) * 10 ** (at % 30) for at in range(20_000)]  # noqa: S311 - no secret
    sums = set()
    for seed in range(3):
        random.Random(seed).shuffle(numbers)  # noqa: S311 - no secret
        total = ExactSum()
        for number in numbers:
            total.add(number)
        sums.add(total.value)
    assert len(sums) == 1
