# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import LIFETIME, PrivateCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

KEY = ["client secret", "https://login.example", "tenant", "client", "planted-secret"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "inner"


@pytest.fixture
def cache(directory: Path) -> PrivateCache:
    return PrivateCache(str(directory), Clock(1000.0))


def only_file(directory: Path) -> Path:
    (file,) = directory.iterdir()
    return file


def test_a_value_is_read_until_it_expires(cache: PrivateCache, directory: Path) -> None:
    cache.write(KEY, {"a": 1}, 1001.0)
    assert cache.read(KEY) == ({"a": 1}, 1001.0)
    assert PrivateCache(str(directory), Clock(1001.0)).read(KEY) is None


def test_only_the_owner_can_read(cache: PrivateCache, directory: Path) -> None:
    mask = os.umask(0)
    try:
        cache.write(KEY, "value", 2000.0)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(directory).stat().st_mode) == 0o600


def test_keys_are_not_written(cache: PrivateCache, directory: Path) -> None:
    cache.write(KEY, "value", 2000.0)
    assert "planted-secret" not in only_file(directory).name + only_file(directory).read_text()


def test_another_key_has_no_value(cache: PrivateCache) -> None:
    cache.write(KEY, "value", 2000.0)
    for position in range(len(KEY)):
        assert cache.read([*KEY[:position], "other", *KEY[position + 1 :]]) is None


def test_the_parts_of_a_key_are_kept_apart(cache: PrivateCache) -> None:
    cache.write(["ab", "c"], "value", 2000.0)
    assert cache.read(["a", "bc"]) is None


def test_writing_again_replaces_the_value(cache: PrivateCache, directory: Path) -> None:
    cache.write(KEY, "old", 2000.0)
    cache.write(KEY, "new", 2000.0)
    assert cache.read(KEY) == ("new", 2000.0)
    assert only_file(directory)


def test_a_dropped_value_is_absent(cache: PrivateCache) -> None:
    cache.drop(KEY)
    cache.write(KEY, "value", 2000.0)
    cache.drop(KEY)
    assert cache.read(KEY) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_or_write_is_not_used(cache: PrivateCache, directory: Path, mode: int) -> None:
    cache.write(KEY, "value", 2000.0)
    only_file(directory).chmod(mode)
    assert cache.read(KEY) is None


def test_a_directory_that_others_may_write_is_not_used(cache: PrivateCache, directory: Path) -> None:
    cache.write(KEY, "value", 2000.0)
    directory.chmod(0o770)
    assert cache.read(KEY) is None
    cache.write(["more"], "value", 2000.0)
    assert only_file(directory)


def test_a_link_is_not_followed(cache: PrivateCache, directory: Path, tmp_path: Path) -> None:
    cache.write(KEY, "value", 2000.0)
    target = tmp_path / "elsewhere"
    file = only_file(directory)
    file.rename(target)
    file.symlink_to(target)
    assert cache.read(KEY) is None


def test_a_file_of_another_owner_is_not_used(cache: PrivateCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write(KEY, "value", 2000.0)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert cache.read(KEY) is None


DAMAGED = ["", "{", "[]", "{}", "5", "null", '"text"', '{"value": 1, "expires": null}', '{"expires": 2000}']
DAMAGED += ['{"value": 1, "expires": Infinity}', f'{{"value": 1, "expires": {"9" * 400}}}', "[" * 100_000, "\x00\udcff"]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_counts_as_absent(cache: PrivateCache, directory: Path, text: str) -> None:
    cache.write(KEY, "value", 2000.0)
    only_file(directory).write_text(text, errors="surrogateescape")
    assert cache.read(KEY) is None


def test_without_a_usable_directory_nothing_is_cached(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for directory in (None, str(tmp_path / "file" / "inner")):
        cache = PrivateCache(directory, Clock())
        cache.write(KEY, "value", 1e12)
        cache.drop(KEY)
        assert cache.read(KEY) is None


def test_values_that_were_not_written_for_a_day_are_deleted(directory: Path) -> None:
    PrivateCache(str(directory), Clock()).write(KEY, "value", 1e12)
    written = only_file(directory).stat().st_mtime
    PrivateCache(str(directory), Clock(written + LIFETIME + 1)).write(["more"], "value", 1e12)
    assert PrivateCache(str(directory), Clock()).read(KEY) is None
    assert PrivateCache(str(directory), Clock()).read(["more"]) is not None


def pipe(file: Path) -> None:
    os.mkfifo(file, 0o600)


def folder(file: Path) -> None:
    file.mkdir(0o700)
    (file / "content").touch()


@pytest.mark.parametrize("other", [pipe, folder])
def test_something_else_in_the_place_of_a_value_counts_as_absent(
    cache: PrivateCache, directory: Path, other: Callable[[Path], None]
) -> None:
    cache.write(KEY, "value", 2000.0)
    file = only_file(directory)
    file.unlink()
    other(file)
    assert cache.read(KEY) is None
    cache.drop(KEY)
    cache.write(KEY, "value", 2000.0)
    assert only_file(directory) == file


def test_an_old_folder_in_the_cache_is_left_alone(directory: Path) -> None:
    folder_inside = directory / "made by somebody"
    folder_inside.mkdir(parents=True)
    directory.chmod(0o700)
    cache = PrivateCache(str(directory), Clock(folder_inside.stat().st_mtime + LIFETIME + 1))
    cache.write(KEY, "value", 1e12)
    assert cache.read(KEY) == ("value", 1e12)


def test_a_full_disk_leaves_no_incomplete_file(
    cache: PrivateCache, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    cache.write(KEY, "value", 2000.0)
    monkeypatch.setattr(Path, "replace", full)
    cache.write(["more"], "value", 2000.0)
    assert cache.read(KEY) == ("value", 2000.0)
    assert only_file(directory)


def test_a_relative_directory_caches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    PrivateCache("~/.cache/mlops.azureml", Clock()).write(KEY, "value", 1e12)
    assert list(tmp_path.iterdir()) == []
