"""A home directory for the tools: what they leave behind stays out of the user's, and what ansible-test needs is there.

ansible-test makes a private environment per sanity test and fetches a bootstrap script for pip from a server of the
Ansible project, unless its cache has one; ours runs the pip that Python's own ensurepip brings, so that the package
index is all that must be reached. It also drops all environment variables that speak to pip, so those are handed on as
a file.
"""

from __future__ import annotations

import os
from pathlib import Path

from .environment import BUILD

HOME = BUILD / "home"
FLOOR_HOME = BUILD / "floor" / "home"
"""A home of its own: two runs of ansible-test at a time must not make the same private environment."""

PIP_OF_ANSIBLE_TEST = ("25_2", "24_2", "23_1_2")
"""Versions of pip that ansible-core 2.20 and newer, 2.18 and 2.19, 2.16 and 2.17 ask for."""

BOOTSTRAP = """\
import ensurepip
import glob
import os
import subprocess
import sys
import sysconfig

folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
wheels = glob.glob(os.path.join(folder, "pip-*.whl"))
if wheels:
    pip = [os.path.join(max(wheels), "pip")]
else:  # a distribution may keep them elsewhere
    subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
    pip = ["-m", "pip"]
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, *pip, "install", "--quiet", *arguments]))
"""


def lay() -> None:
    """Lay the home directories; what ansible-test cached there stays."""
    for folder in (HOME, FLOOR_HOME):
        _lay(folder)


def _lay(folder: Path) -> None:
    cache = folder / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in PIP_OF_ANSIBLE_TEST:
        (cache / f"get_pip_{version}.py").write_text(BOOTSTRAP)
    _hand_on_pip_settings(folder)


def _hand_on_pip_settings(folder: Path) -> None:
    # pip reads two files of the home directory: one takes the user's own settings, one those of the environment.
    places = (Path.home() / ".config" / "pip" / "pip.conf", Path.home() / ".pip" / "pip.conf")
    legacy, current = folder / ".pip" / "pip.conf", folder / ".config" / "pip" / "pip.conf"
    for file in (legacy, current):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
    users = next((place for place in places if place.exists()), None)
    if users:
        legacy.symlink_to(users)
    # Python compiles what it imports; "no" is how a file of pip spells a negative option that is set.
    settings = {"quiet": "1", "no-compile": "no"}
    settings |= {name[4:].lower().replace("_", "-"): value for name, value in os.environ.items() if name[:4] == "PIP_"}
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    if proxy:
        settings.setdefault("proxy", proxy)
    lines = [f"{name} = {value}\n" for name, value in sorted(settings.items()) if name != "config-file"]
    current.touch(mode=0o600)
    current.write_text("[global]\n" + "".join(lines))
