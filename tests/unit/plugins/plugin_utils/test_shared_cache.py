# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the processes of one playbook share: one makes a value, the others wait for it, and none waits for ever."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import (
    AzureCli,
    ClientSecret,
    ManagedIdentity,
    Source,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.credentials import Credentials
from ansible_collections.mlops.azureml.plugins.module_utils._service.trusted_hosts import TrustedHosts
from ansible_collections.mlops.azureml.plugins.plugin_utils import _shared_cache
from ansible_collections.mlops.azureml.plugins.plugin_utils._shared_cache import LONGEST_WAIT, SharedCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

KEY = ["client secret", "https://login.example", "tenant", "client", "planted-secret"]
PROCESSES = 20
SECONDS_OF_A_FAILURE = 0.5
HOST = KNOWN["AzureCloud"].resource_manager


@pytest.fixture
def cache() -> SharedCache:
    return SharedCache(SystemClock())


@pytest.fixture
def fork() -> Iterator[Callable[[Callable[[], object]], int]]:
    """Run a function in another process; those that are left at the end of the test are killed."""
    children = []

    def run(work: Callable[[], object]) -> int:
        child = os.fork()
        if child == 0:
            try:
                work()
            finally:
                os._exit(0)
        children.append(child)
        return child

    yield run
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class Authority:
    """Counts the requests of all processes, in a file; each takes a moment."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.fails = False
        log.touch()

    def __call__(self, *_settings: object) -> tuple[str, float]:
        with self.log.open("a") as stream:
            stream.write("x")
        if self.fails:
            time.sleep(SECONDS_OF_A_FAILURE)
            raise ValueError
        time.sleep(0.1)
        return f"token-{self.requests}", time.time() + 3600

    @property
    def requests(self) -> int:
        return len(self.log.read_text())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority(tmp_path / "requests")
    monkeypatch.setattr(credentials, "fetch_token", made)
    return made


def task(cache: SharedCache, source: Source | None = None) -> Credentials:
    source = source or ClientSecret("t-1", "c-1", "planted-secret")
    return Credentials(
        source,
        "https://login.example",
        hosts=TrustedHosts(KNOWN["AzureCloud"]),
        register_secret=lambda _secret: None,
        cache=cache,
        clock=SystemClock(),
    )


def token_in_each_process(cache: SharedCache, *sources: Source) -> list[str]:
    """The tokens that processes get which begin at the same moment; empty for a failure."""
    reading, writing = os.pipe()
    children = []
    for number in range(PROCESSES):
        child = os.fork()
        if child == 0:
            token = ""
            try:
                source = sources[number % len(sources)] if sources else None
                token = task(cache, source).token("https://ml.azure.com", to=HOST)
            finally:
                os.write(writing, f"{token}\n".encode())
                os._exit(0)  # whatever was raised: the tests that follow are not for this process
        children.append(child)
    os.close(writing)
    with os.fdopen(reading) as stream:
        tokens = stream.read().splitlines()
    for child in children:
        os.waitpid(child, 0)
    return tokens


def test_processes_of_one_identity_request_one_token(cache: SharedCache, authority: Authority) -> None:
    assert token_in_each_process(cache) == ["token-1"] * PROCESSES
    assert authority.requests == 1


def test_each_identity_has_its_own_token(cache: SharedCache, authority: Authority) -> None:
    sources = (ClientSecret("t-1", "c-1", "one"), ClientSecret("t-1", "c-2", "one"), ClientSecret("t-1", "c-1", "two"))
    token_in_each_process(cache, *sources)
    assert authority.requests == len(sources)


@pytest.mark.parametrize("source", [ManagedIdentity(), AzureCli("t-1")])
def test_an_identity_of_the_host_requests_one_token(cache: SharedCache, authority: Authority, source: Source) -> None:
    token_in_each_process(cache, source)
    assert authority.requests == 1


def test_another_login_of_the_azure_cli_is_another_identity(
    cache: SharedCache, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "azureProfile.json").write_text("one")
    assert task(cache, AzureCli()).token("a", to=HOST) == task(cache, AzureCli()).token("a", to=HOST)
    (tmp_path / "azureProfile.json").write_text("another")
    task(cache, AzureCli()).token("a", to=HOST)
    assert authority.requests == 2


def test_a_token_that_the_service_refused_is_replaced_once(cache: SharedCache, authority: Authority) -> None:
    first, second = task(cache), task(cache)
    assert first.token("a", to=HOST) == second.token("a", to=HOST) == "token-1"
    assert first.token("a", to=HOST, fresh=True) == second.token("a", to=HOST, fresh=True) == "token-2"
    assert authority.requests == 2


def test_failures_are_not_repeated_one_by_one(cache: SharedCache, authority: Authority) -> None:
    authority.fails = True
    began = time.monotonic()
    assert token_in_each_process(cache) == [""] * PROCESSES
    assert time.monotonic() - began < PROCESSES * SECONDS_OF_A_FAILURE / 2


def test_a_holder_that_is_killed_lets_the_next_one_in(
    cache: SharedCache, fork: Callable[[Callable[[], object]], int], authority: Authority
) -> None:
    reading, writing = os.pipe()

    def hold() -> None:
        with cache.lock(task(cache)._cache_key("a")):
            os.write(writing, b"x")
            time.sleep(60)

    holder = fork(hold)
    os.read(reading, 1)
    fork(lambda: (time.sleep(0.2), os.kill(holder, signal.SIGKILL)))
    began = time.monotonic()
    assert task(cache).token("a", to=HOST) == "token-1"
    assert time.monotonic() - began < LONGEST_WAIT / 2


def test_a_holder_that_hangs_is_not_waited_for_longer_than_a_token_takes(
    cache: SharedCache, fork: Callable[[Callable[[], object]], int]
) -> None:
    reading, writing = os.pipe()

    def hang() -> None:
        with cache.lock(KEY):
            os.write(writing, b"x")
            os.kill(os.getpid(), signal.SIGSTOP)

    fork(hang)
    os.read(reading, 1)
    clock = Clock(time.time())
    cache._clock = clock
    with cache.lock(KEY):
        pass
    assert LONGEST_WAIT <= sum(clock.sleeps) < LONGEST_WAIT + 1


def test_what_a_killed_process_left_incomplete_is_absent(cache: SharedCache) -> None:
    cache.write(KEY, "token", time.time() + 60)
    written = bytes(cache._memory)
    for position in [number for number, byte in enumerate(written) if byte]:
        cache._memory[position] ^= 0xFF
        assert cache.read(KEY) is None
        cache._memory[position] ^= 0xFF
    assert cache.read(KEY) is not None


def test_keys_whose_slots_are_the_same_keep_each_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shared_cache, "SLOTS", 8)
    cache = SharedCache(Clock(1000.0))
    for number in range(8):
        cache.write([str(number)], number, 2000.0 + number)
    assert [cache.read([str(number)]) for number in range(8)] == [(number, 2000.0 + number) for number in range(8)]
    cache.write(["more"], "more", 3000.0)
    assert cache.read(["0"]) is None  # it expired first
    assert cache.read(["more"]) == ("more", 3000.0)


def test_a_value_is_read_until_it_expires_or_is_dropped() -> None:
    clock = Clock(1000.0)
    cache = SharedCache(clock)
    cache.write(KEY, {"a": 1}, 1001.0)
    assert cache.read(KEY) == ({"a": 1}, 1001.0)
    clock.moment = 1001.0
    assert cache.read(KEY) is None
    cache.write(KEY, 2, 2000.0)
    cache.drop(KEY)
    assert cache.read(KEY) is None


def test_what_is_too_long_is_not_kept(cache: SharedCache) -> None:
    cache.write(KEY, "x" * _shared_cache.SLOT_SIZE)
    assert cache.read(KEY) is None


def test_keys_are_not_in_the_memory(cache: SharedCache) -> None:
    cache.write(KEY, "value")
    assert b"planted-secret" not in bytes(cache._memory)


def test_without_a_file_system_of_the_kernel_locks_are_on_a_file_without_a_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SharedCache(SystemClock()).lock(KEY):
        assert list(tmp_path.iterdir()) == []
