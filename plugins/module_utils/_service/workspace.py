# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One Azure ML workspace and its services, each made when it is first used."""

from __future__ import annotations

import copy
import functools
import typing as t

from .._errors import InvalidOption, ServiceError
from .._invocation import Invocation
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .arm import Arm
from .clouds import Cloud, find_cloud
from .credentials import Credentials
from .http_client import HttpClient
from .identity import choose_source, choose_subscription
from .trust import Trust
from .trusted_hosts import TrustedHosts

if t.TYPE_CHECKING:
    from .jobs_data_plane import JobsDataPlane
    from .run_history import RunHistory
    from .scoring import Scoring

_VARIABLES = {
    "subscription_id": "AZURE_SUBSCRIPTION_ID",
    "resource_group": "AZUREML_RESOURCE_GROUP",
    "workspace_name": "AZUREML_WORKSPACE",
}


class Workspace:
    """The workspace that a task names, with its services; lives as long as the task."""

    def __init__(self, invocation: Invocation, trust: Trust | None = None) -> None:
        """Makes no request and reads no file. ``trust`` keeps TLS contexts for several tasks."""
        self.invocation = invocation
        self._trust = trust
        self._closers: list[t.Callable[[], None]] = []

    @functools.cached_property
    def id(self) -> WorkspaceId:
        """The names of the workspace. Raises InvalidOption if neither the task nor its profile gives one of them."""
        options = {**self.invocation.options, "subscription_id": choose_subscription(self.invocation.options)}
        missing = [
            f"{option} (or the environment variable {name})"
            for option, name in _VARIABLES.items()
            if not options.get(option)
        ]
        if missing:
            raise InvalidOption(f"No workspace is named. Set {', '.join(missing)}.")
        return WorkspaceId(options["subscription_id"], options["resource_group"], options["workspace_name"])

    def path(self, below: str = "") -> str:
        """The ARM path of a resource in this workspace, or of the workspace itself."""
        return f"{self.id.path}/{below}" if below else self.id.path

    @functools.cached_property
    def http(self) -> HttpClient:
        client = HttpClient(
            ca_file=self.invocation.options.get("ca_file"),
            register_secret=self.invocation.register_secret,
            clock=self.invocation.clock,
            trust=self._trust,
            # On a disk that others may share, one fault would make all of them wait.
            cache=None if self.invocation.cache.on_disk else self.invocation.cache,
        )
        self.on_close(client.close)
        return client

    def close(self) -> None:
        """Close the connections to all services. Several tasks may share the process that made them."""
        while self._closers:
            self._closers.pop()()

    def on_close(self, closer: t.Callable[[], None]) -> None:
        """Have a client closed with the workspace."""
        self._closers.append(closer)

    def for_part(self, invocation: Invocation) -> Workspace:
        """The same workspace, over the same connections, for a part of the task that has options of its own."""
        for shared in ("id", "http", "cloud", "hosts", "credentials", "arm"):
            getattr(self, shared)
        part = copy.copy(self)
        part.invocation = invocation
        return part

    @functools.cached_property
    def cloud(self) -> Cloud:
        options = self.invocation.options
        return find_cloud(
            options["cloud_environment"],
            self.http,
            cache=self.invocation.cache,
            authority=options.get("authority_host"),
        )

    @functools.cached_property
    def hosts(self) -> TrustedHosts:
        return TrustedHosts(self.cloud, self.invocation.options.get("trusted_hosts") or ())

    @functools.cached_property
    def credentials(self) -> Credentials:
        options = self.invocation.options
        return Credentials(
            choose_source(options),
            self.cloud.authority,
            hosts=self.hosts,
            register_secret=self.http.register_secret,
            cache=self.invocation.cache,
            on_disk=options.get("token_cache", True),
            clock=self.invocation.clock,
            ca_file=options.get("ca_file"),
        )

    @functools.cached_property
    def arm(self) -> Arm:
        return Arm(
            self.http,
            self.cloud,
            self.credentials,
            clock=self.invocation.clock,
            progress=self.invocation.progress,
            underway=self.invocation.underway,
        )

    @functools.cached_property
    def scoring(self) -> Scoring:
        from .scoring import Scoring

        return Scoring(self.http, self.cloud, self.credentials)

    @functools.cached_property
    def run_history(self) -> RunHistory:
        from .run_history import RunHistory

        discovery = get_at(self.properties, "properties.discoveryUrl")
        if not isinstance(discovery, str):
            raise ServiceError(
                f"Could not read the run history of workspace '{self.id.name}': the service returns no discovery "
                "URL. Run the task again, and check the proxies in between."
            )
        return RunHistory(self.http, self.cloud, self.credentials, self.id, discovery)

    @functools.cached_property
    def jobs_data_plane(self) -> JobsDataPlane:
        from .jobs_data_plane import JobsDataPlane

        return JobsDataPlane(self.http, self.cloud, self.credentials, self.id, lambda: self.run_history.host)

    @functools.cached_property
    def properties(self) -> dict[str, t.Any]:
        """The workspace as ARM returns it; makes one request. Raises InvalidOption if it is absent."""
        current = self.arm.get(self.path())
        if current is None:
            raise InvalidOption(
                f"There is no workspace '{self.id.name}' in resource group '{self.id.resource_group}' of subscription "
                f"'{self.id.subscription_id}'. Check workspace_name, resource_group and subscription_id."
            )
        return current

    @property
    def location(self) -> str:
        """The region of the workspace."""
        return str(self.properties["location"])
