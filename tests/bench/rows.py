# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured, each beside what it is compared with in the same round, and the goals."""

from __future__ import annotations

import functools
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.integration.stories import deploy

from .playbooks import CONTROLLER, MODULE, Cost, Playbooks

FEW, MANY = 10, 40
HOSTS, TASKS_OF_A_HOST = 50, 5
CLUSTER = {"name": "words-cluster", "size": "Standard_DS3_v2", "min_instances": 0, "max_instances": 2}
DEBUG: dict[str, Any] = {"ansible.builtin.debug": {"msg": "nothing"}}
PING: dict[str, Any] = {"ansible.builtin.ping": {}}
OURS: dict[str, Any] = {"mlops.azureml.compute": CLUSTER}
DEPLOY: dict[str, Any] = {"ansible.builtin.include_role": {"name": "mlops.azureml.batch_deploy"}}
KINDS = {"debug": DEBUG, "ping": PING, CONTROLLER: OURS, MODULE: OURS}
# Writes the largest memory of a program to a file. A process that this one starts counts from the memory of this one.
SHIM = """#!/bin/sh
exec {python} -c '
import resource, subprocess, sys
status = subprocess.call(["{python}", *sys.argv[1:]])
open("{log}", "a").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) + "\\n")
sys.exit(status)' "$@"
"""
# Prints by how many KiB the memory of a process grows that holds no file: what the main process of Ansible gains. Any
# task that runs a module loads the action "normal".
GAIN = """
import ansible.plugins.action.normal, ansible.cli.playbook, ansible.executor.playbook_executor
from ansible.plugins.loader import init_plugin_loader

init_plugin_loader()
memory = lambda: int([line for line in open("/proc/self/status") if line.startswith("RssAnon")][0].split()[1])
before = memory()
import ansible_collections.mlops.azureml.plugins.action.compute
print(memory() - before)
"""


class Round:
    """One round of measurements. What several rows need is measured once."""

    def __init__(self, playbooks: Playbooks, fleet: int) -> None:
        self.playbooks = playbooks
        self.fleet = fleet
        self.once = functools.cache(self._once)
        self.on_hosts = functools.cache(self._on_hosts)
        self.deployed = functools.cache(self._deployed)

    def slope(self, kind: str) -> Cost:
        """One task more of a kind."""
        return self.once(kind, MANY).slope(self.once(kind, FEW), MANY - FEW)

    def _once(self, kind: str, tasks: int) -> Cost:
        way = MODULE if kind == MODULE else CONTROLLER
        return self.playbooks.play([KINDS[kind]] * tasks, execution=way)

    def _on_hosts(self, kind: str) -> Cost:
        return self.playbooks.play([KINDS[kind]] * TASKS_OF_A_HOST, hosts=HOSTS, forks=10)

    def _deployed(self, way: str, hosts: int = 0) -> Cost:
        return self.playbooks.play([DEPLOY], hosts=hosts, forks=10, execution=way, variables=deploy())


@dataclass(frozen=True)
class Row:
    """One line of the table. ``measure`` is None if this bench cannot measure it, for the reason in ``missing``."""

    key: str
    what: str
    goal: float
    at_most: bool
    measure: Callable[[Round], Cost | float] | None = None
    missing: str = ""
    rounds: int | None = None

    def is_met(self, value: float) -> bool:
        return value <= self.goal if self.at_most else value >= self.goal


def _fleet(round_: Round) -> Cost:
    alone, all_of_them = round_.deployed(CONTROLLER, 1), round_.deployed(CONTROLLER, round_.fleet)
    return Cost(all_of_them.wall / round_.fleet, all_of_them.processor / round_.fleet).over(alone)


def _tokens(round_: Round) -> float:
    """The requests of tokens in a play with as many forks as hosts; all need the same one."""
    settings = round_.playbooks.settings
    trust = ssl.create_default_context(cafile=settings["SSL_CERT_FILE"])
    with httpx.Client(base_url=settings["AZURE_CLOUD_ENVIRONMENT"], verify=trust, trust_env=False) as control:
        control.delete("/emulator/journal").raise_for_status()
        round_.playbooks.play([OURS], hosts=HOSTS, forks=HOSTS)
        return float(control.get("/emulator/journal").raise_for_status().text.count("/oauth2/v2.0/token"))


def _module_memory(round_: Round) -> float:
    with tempfile.TemporaryDirectory() as name:
        log, shim = Path(name) / "log", Path(name) / "python"
        shim.write_text(SHIM.format(python=sys.executable, log=log))
        shim.chmod(0o755)
        round_.playbooks.play([OURS], execution=MODULE)  # requests the token, with the libraries for that
        round_.playbooks.play([OURS], execution=MODULE, interpreter=str(shim))
        return max(map(int, log.read_text().split())) / 1024


def _gain(_round: Round) -> float:
    done = subprocess.run([sys.executable, "-c", GAIN], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def _ratio(one: str, other: str) -> Callable[[Round], Cost]:
    return lambda round_: round_.slope(one).over(round_.slope(other))


PEER = "azure.azcollection is not set up by this bench"
TRANSFERS = "transfers are measured by their own tests"
ROWS = (
    Row("controller-debug", "no-change task on the controller / debug, slopes", 1.9, True, _ratio(CONTROLLER, "debug")),
    Row("controller-ping", "the same / ping, slopes", 0.11, True, _ratio(CONTROLLER, "ping")),
    Row(
        "ten-tasks",
        "ten such tasks with what a playbook costs once / ten ping",
        0.15,
        True,
        lambda one: one.once(CONTROLLER, FEW).over(one.once("ping", FEW)),
    ),
    Row("module-ping", "no-change task through the module / ping, slopes", 1.6, True, _ratio(MODULE, "ping")),
    Row(
        "deploy",
        "no-change deployment: through modules / through the controller",
        5,
        False,
        lambda one: one.deployed(MODULE).over(one.deployed(CONTROLLER)),
    ),
    Row(
        "hosts-debug",
        f"{HOSTS} hosts x {TASKS_OF_A_HOST} tasks: ours / debug",
        2.0,
        True,
        lambda one: one.on_hosts(CONTROLLER).over(one.on_hosts("debug")),
    ),
    Row(
        "hosts-ping",
        f"{HOSTS} hosts x {TASKS_OF_A_HOST} tasks: ping / ours",
        6,
        False,
        lambda one: one.on_hosts("ping").over(one.on_hosts(CONTROLLER)),
    ),
    Row("tokens", f"token requests of a play, {HOSTS} hosts, {HOSTS} forks", 1, True, _tokens, rounds=1),
    Row("fleet", "many hosts x no-change deployment, forks 10: one of them / one alone", 1.1, True, _fleet, rounds=1),
    Row("module-memory", "largest memory of a no-change task through the module, MB", 45, True, _module_memory),
    Row("main-memory", "memory that the main process gains, MB", 8, True, _gain),
    Row("azcollection", "azcollection's task / ours on the controller, slopes", 180, False, missing=PEER),
    Row("azcollection-deploy", "azcollection's no-change deployment / ours", 25, False, missing=PEER),
    Row("upload-many", "2,000 files of 10 KB: ours / curl --parallel 16", 0.9, False, missing=TRANSFERS),
    Row("upload-one", "one file of 512 MB: ours / one PUT of curl", 0.85, False, missing=TRANSFERS),
    Row("download", "download of the same", 0.85, False, missing=TRANSFERS),
)
