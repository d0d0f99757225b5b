"""The emulator as tests see it: its settings, its journal, its reset."""

from __future__ import annotations

import json
import re
import ssl
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

READS = frozenset({"GET", "HEAD"})
# POSTs that only ask: for a token, for the secrets of a datastore, for where a run wrote.
QUESTION = re.compile(r"/oauth2/v2.0/token$|/listSecrets$|/rundata$", re.IGNORECASE)
RESOURCE = re.compile(r"/subscriptions/[^/]+/resourceGroups/", re.IGNORECASE)
INVOKE = re.compile(r"/[^/]+/jobs")


# Option of our modules -> variable that the emulator prints.
CONNECTION = {
    "subscription_id": "AZURE_SUBSCRIPTION_ID",
    "resource_group": "AZUREML_RESOURCE_GROUP",
    "workspace_name": "AZUREML_WORKSPACE",
    "tenant": "AZURE_TENANT",
    "client_id": "AZURE_CLIENT_ID",
    "secret": "AZURE_SECRET",
    "cloud_environment": "AZURE_CLOUD_ENVIRONMENT",
    "ca_file": "SSL_CERT_FILE",
}


def connection_of(settings: dict[str, str]) -> dict[str, str]:
    """The options with which a module connects to the emulator of these settings."""
    return {option: settings[variable] for option, variable in CONNECTION.items()}


@dataclass(frozen=True)
class Request:
    """One line of the journal."""

    method: str
    path: str
    status: int
    host: str


class LocalWorkspace:
    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.is_deployed = False  # see the fixture ``deployed``
        self.pages = ""
        trust = ssl.create_default_context(cafile=settings["SSL_CERT_FILE"])
        self.control = httpx.Client(base_url=settings["AZURE_CLOUD_ENVIRONMENT"], verify=trust, trust_env=False)

    @property
    def path(self) -> str:
        """Its ARM id."""
        return (
            f"/subscriptions/{self.settings['AZURE_SUBSCRIPTION_ID']}"
            f"/resourceGroups/{self.settings['AZUREML_RESOURCE_GROUP']}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.settings['AZUREML_WORKSPACE']}"
        )

    def reset(self) -> None:
        """Empty the workspace and the journal."""
        self.is_deployed = False
        self.control.post("/emulator/reset").raise_for_status()
        self.forget()

    def let_pass(self, seconds: float) -> None:
        """Move the clock of all but storage, which is real."""
        self.control.post("/emulator/clock", json={"advance_seconds": seconds}).raise_for_status()

    def forget(self) -> None:
        """Empty the journal."""
        self.control.delete("/emulator/journal").raise_for_status()

    @property
    def journal(self) -> list[Request]:
        """All requests since the journal was emptied."""
        lines = self.control.get("/emulator/journal").raise_for_status().text.splitlines()
        return [Request(line["method"], line["path"], line["status"], line["host"]) for line in map(json.loads, lines)]

    @property
    def writes(self) -> list[Request]:
        """Requests that may change a resource, start a job or upload a file."""
        return [one for one in self.journal if one.method not in READS and not QUESTION.search(one.path)]

    @property
    def invokes(self) -> list[Request]:
        """Requests that start a scoring job."""
        return [one for one in self.journal if one.method == "POST" and INVOKE.fullmatch(one.path)]

    @property
    def reads(self) -> Counter[str]:
        """How often each resource was read."""
        return Counter(one.path for one in self.journal if one.method == "GET" and RESOURCE.match(one.path))

    @property
    def state(self) -> Any:
        """The whole workspace."""
        return self.control.get("/emulator/state").raise_for_status().json()

    @property
    def current(self) -> set[str]:
        """What exists, as paths below the workspace; its own datastores left out."""
        below = (path.partition(f"{self.path}/")[2] for path in self.state["resources"])
        return {path for path in below if path and not path.startswith("datastores/")}

    @property
    def jobs(self) -> list[Any]:
        """The scoring jobs, as the management view shows them."""
        jobs: list[Any] = self.control.get("/emulator/state?part=jobs").raise_for_status().json()["jobs"]
        return jobs
