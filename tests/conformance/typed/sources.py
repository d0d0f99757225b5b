"""Where the typed models come from: the official SDK, in the versions that carry the api-versions tested."""

from __future__ import annotations

import functools
import shutil
import sys
from pathlib import Path

from tests.conformance.environments import FOLDER, python_of
from tests.installation.packages import install_locked, lock_of, once

from .library import Library

_RELEASES = {"2021-10-01": "1.0.0", "2025-12-01": "newest"}
_RELEASE = "1.20.0"
VERSIONS = ("2021-10-01", "2022-05-01", "2023-04-01", "2023-10-01", "2024-01-01-preview", "2025-12-01")
DATA_PLANE = "2020-09-01-dataplanepreview"


@functools.cache
def library_of(version: str) -> Library:
    """The models of an api-version, one of VERSIONS or DATA_PLANE. Raises subprocess.CalledProcessError."""
    release = _RELEASES.get(version, _RELEASE)
    clients = _package(release) / "azure" / "ai" / "ml" / "_restclient"
    if release == "newest":
        return Library(clients / "arm_ml_service" / "models" / "_models.py")
    return Library(clients / f"v{version.replace('-', '_')}" / "models" / "_models_py3.py")


def _package(release: str) -> Path:
    """The folder that holds a release of the SDK: that of client 1, or the package alone, without what it needs."""
    if release == "newest":
        return next(python_of("sdk").parents[1].glob("lib/python*/site-packages"))
    lock = lock_of(f"models-{release}")
    target = FOLDER / lock.stem
    with once(target.with_name(f"{target.name}.stamp"), [lock.read_text()]) as needed:
        if needed:
            shutil.rmtree(target, ignore_errors=True)  # the first time there is none
            install_locked(Path(sys.executable), lock, "--no-deps", "--target", str(target))
    return target
