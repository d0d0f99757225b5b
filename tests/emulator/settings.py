"""What one workspace of a running emulator is: its names, and what all of them share: secrets, ports, switches."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .policies import Policies
from .workspace_name import WorkspaceName

SURFACES = ("management", "login", "scoring", "api", "blob")
"""ARM; Entra; batch scoring hosts; discovery, run history and the data-plane front end; blob storage."""

REGION = "eastus"
PROVIDER = "Microsoft.MachineLearningServices"


def _guid() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Settings:
    """One workspace of an instance; the random parts differ from start to start."""

    state_dir: Path
    ports: Mapping[str, int]
    subscription_id: str = field(default_factory=_guid)
    tenant_id: str = field(default_factory=_guid)
    client_id: str = field(default_factory=_guid)
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)
    resource_group: str = "rg-emulator"
    workspace_name: str = "ws-emulator"
    workspace_guid: str = field(default_factory=_guid)
    region: str = REGION
    operation_seconds: float = 1.0
    policies: Policies = field(default_factory=Policies)

    def beside(self, name: WorkspaceName) -> Settings:
        """Another workspace of the same instance, by default in the same subscription and region."""
        return replace(
            self,
            subscription_id=name.subscription_id or self.subscription_id,
            resource_group=name.resource_group,
            workspace_name=name.name,
            region=name.region or self.region,
            workspace_guid=_guid(),
        )

    def url(self, surface: str) -> str:
        """Base address of a surface, without a trailing slash."""
        return f"https://localhost:{self.ports[surface]}"

    @property
    def workspace_path(self) -> str:
        """ARM id of the workspace in its canonical case."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/{PROVIDER}/workspaces/{self.workspace_name}"
        )

    def scoring_uri(self, endpoint_name: str) -> str:
        """Where a batch endpoint takes jobs.

        Azure gives each endpoint a host below that of its region (batch contract 5.1); here the first path segment
        replaces it.
        """
        return f"{self.url('scoring')}/{endpoint_name}.{self.region}/jobs"
