# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are in no table: for each, two values that must have different outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import Filter, TagFilter
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Field
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.assets import STEP
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import (
    DEPLOYMENT,
    ENDPOINT,
    lay_assets,
    lay_deployments,
    lay_endpoint,
)

from tests.integration.stories import FILES

Options = dict[str, Any]
Ground = Callable[[Bench], None]
LEFT_OUT = None
PLACE = "azureml://datastores/workspaceblobstore/paths"
ELSEWHERE = "/subscriptions/s/resourceGroups/rg9/providers"
ME, YOU = (f"{ELSEWHERE}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}" for name in ("me", "you"))
DELETE_IS_LOST = {"fault": "answer", "status": 200, "method": "DELETE", "count": 0, "when": "before"}
NEVER_ENDS = {"fault": "operation", "ends": "never", "method": "PUT", "count": 0}


@dataclass(frozen=True)
class Effect:
    """Two values of an option, by its dotted path, and what else the task says; None leaves the option out.

    ``first`` are tasks of the module that run before, ``faults`` are faults of the emulator during the task.
    """

    option: str
    one: Any
    other: Any
    also: Options = field(default_factory=dict)
    first: tuple[Options, ...] = ()
    faults: tuple[Options, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A module, a task of it, and the effects of its options.

    ``ground`` creates what exists before all tasks; ``leaves`` changes it after the tasks of ``first``.
    """

    module: str
    task: Options
    effects: tuple[Effect, ...]
    ground: Ground = lambda _bench: None
    policies: dict[str, str] = field(default_factory=dict)
    leaves: Ground = lambda _bench: None


def _endpoint(bench: Bench) -> None:
    """With the deployments green and red, and what they are made of."""
    lay_endpoint(bench)
    lay_deployments(bench)


def _data(bench: Bench) -> None:
    pages = {"dataType": "uri_folder", "dataUri": f"{PLACE}/pages"}
    bench.send("PUT", "data/pages/versions/1", {"properties": pages})


def _assets_and_data(bench: Bench) -> None:
    lay_assets(bench)
    _data(bench)


def endpoint_with_default(bench: Bench) -> None:
    """The endpoint, green as its default deployment, and data to score."""
    _endpoint(bench)
    _data(bench)
    properties = {"authMode": "AADToken", "defaults": {"deploymentName": "green"}}
    bench.send("PUT", f"batchEndpoints/{ENDPOINT}", {"location": "eastus", "properties": properties})


def _common(task: Options, *, waits: bool = True, tags: bool = True) -> tuple[Effect, ...]:
    """The options of all modules that create something."""
    made = (task,)
    effects = [
        Effect("name", task["name"], "Other1"),
        Effect("state", "present", "absent", first=made),
        Effect("definition", LEFT_OUT, {"description": "one"}),
    ]
    if tags:
        old = {**task, "tags": {"a": "1"}}
        effects.append(Effect("append_tags", True, False, {"tags": {"b": "2"}}, first=(old,)))
    if waits:
        effects += [
            Effect("wait", True, False),
            Effect("wait_timeout", 20, 40, faults=(NEVER_ENDS,)),
        ]
    return tuple(effects)


def _waits_of_deletion(task: Options) -> tuple[Effect, ...]:
    """The waits of a type whose creation is not a long-running operation."""
    return (
        Effect("wait", True, False, {"state": "absent"}, first=(task,)),
        Effect("wait_timeout", 20, 40, {"state": "absent"}, first=(task,), faults=(DELETE_IS_LOST,)),
    )


def _identities(option: str) -> tuple[Effect, ...]:
    mine = {"user_assigned_identities": [{"resource_id": ME}]}
    both = {"type": "user_assigned"}
    return (
        Effect("identity.type", "user_assigned", "system_assigned,user_assigned", {option: mine}),
        Effect("identity.user_assigned_identities", [{"resource_id": ME}], [{"resource_id": YOU}], {option: both}),
    )


CLUSTER = {"name": "Cpu-1", "type": "amlcompute", "size": "Standard_DS2_v2", "max_instances": 1}
COMPUTE = Scene(
    "compute",
    CLUSTER,
    (
        *_common(CLUSTER),
        Effect("type", "amlcompute", "computeinstance"),
        Effect("recreate", False, True, first=({**CLUSTER, "size": "STANDARD_NC6"},)),
        *_identities("identity"),
        Effect("network_settings.vnet_name", "net", "other", {"network_settings": {"subnet": "ml"}}),
        Effect("network_settings.subnet", "ml", "mi", {"network_settings": {"vnet_name": "net"}}),
    ),
)
DESK = {"name": "Desk-1", "type": "computeinstance", "size": "Standard_DS2_v2"}


def _scripts(which: str) -> tuple[Effect, ...]:
    def also(**script: Any) -> Options:
        return {"setup_scripts": {which: script}}

    at, script = f"setup_scripts.{which}", "Users/me/one.sh"
    return (
        Effect(f"{at}.path", script, "Users/me/two.sh"),
        Effect(f"{at}.command", LEFT_OUT, "bash $0", also(path=script)),
        Effect(f"{at}.timeout_minutes", 20, 30, also(path=script)),
    )


INSTANCE = Scene("compute", DESK, (*_scripts("creation_script"), *_scripts("startup_script")))

STORE = {"name": "Scans_1", "type": "azure_blob", "account_name": "acc", "container_name": "c"}
APPLICATION = {"tenant_id": "t", "client_id": "c", "client_secret": "planted-secret"}
CERTIFICATE = {"tenant_id": "t", "client_id": "c", "certificate": "planted-pem", "thumbprint": "th"}
REFUSED = {"fault": "answer", "status": 400, "code": "UserError", "method": "PUT"}


def _credentials(option: str, also: Options, one: str = "one1", other: str = "two2") -> Effect:
    return Effect(f"credentials.{option}", one, other, {"credentials": also})


KEYED = {**STORE, "credentials": {"account_key": "planted-key-1"}}
DATASTORE = Scene(
    "datastore",
    STORE,
    (
        *_common(STORE, waits=False),
        *_waits_of_deletion(STORE),
        Effect("type", "azure_blob", "azure_file"),
        Effect("recreate", False, True, {"account_name": "new"}, first=(STORE,), faults=(REFUSED,)),
        Effect(
            "update_credentials",
            "on_create",
            "always",
            {"credentials": {"account_key": "planted-key-2"}},
            first=(KEYED,),
        ),
        Effect("skip_validation", False, True),
        Effect("credentials.type", LEFT_OUT, "none", {"credentials": {"account_key": "planted-key-1"}}),
        _credentials("account_key", {}),
        _credentials("sas_token", {}),
        *(
            _credentials(option, {key: text for key, text in APPLICATION.items() if key != option})
            for option in (*APPLICATION, "authority_url", "resource_url")
        ),
        *(
            _credentials(option, {key: text for key, text in CERTIFICATE.items() if key != option})
            for option in ("certificate", "thumbprint")
        ),
    ),
)
BATCH_ENDPOINT = Scene("batch_endpoint", {"name": ENDPOINT}, (*_common({"name": ENDPOINT}), *_identities("identity")))
BLUE = {"name": DEPLOYMENT, "endpoint_name": ENDPOINT, "model": "digits:1", "compute": "cpu"}
BATCH_DEPLOYMENT = Scene(
    "batch_deployment",
    BLUE,
    (
        *_common(BLUE),
        Effect("endpoint_name", ENDPOINT, "other-ep"),
        Effect("type", "model", "pipeline"),
        Effect("set_default", LEFT_OUT, True),
        Effect("stand_in", LEFT_OUT, "red", {"name": "green", "state": "absent"}),
        Effect("recreate", False, True, {"name": "red", "model": "digits:2"}),
    ),
    endpoint_with_default,
    {"deployment_changes": "settings"},
)


def _asset(module: str, content: Options, *more: Effect) -> Scene:
    task = {"name": "Digits_1", **content}
    common = [effect for effect in _common(task, waits=False) if effect.option not in ("state", "definition")]
    return Scene(
        module,
        task,
        (
            *common,
            Effect("state", "present", "archived", {"version": "1"}, first=(task,)),
            Effect("version", LEFT_OUT, "7"),
            *more,
        ),
        lay_assets,
    )


DEFINED = Effect("definition", LEFT_OUT, {"description": "one"})
LOCAL = str(FILES / "score")
DATASTORE_OF = Effect("datastore", "workspaceblobstore", "workspaceartifactstore")
TWO_STEPS = {"jobs": {"step": {"type": "command", "component": "azureml:hello:1"}}}
ASSETS = (
    _asset(
        "code",
        {"path": LOCAL},
        DEFINED,
        Effect("required_files", ["score.py"], ["missing.py"]),
        Effect("ignore", LEFT_OUT, ["times.txt"], {"path": str(FILES)}),
        Effect("additional_includes", LEFT_OUT, [str(FILES / "times.txt")]),
    ),
    _asset("model", {"path": LOCAL}, DEFINED, DATASTORE_OF),
    _asset("data", {"path": LOCAL}, DEFINED, DATASTORE_OF),
    _asset("environment", {"image": "library/python:3.11"}, DEFINED),
    _asset(
        "component",
        {"definition": STEP},
        Effect("environment", "azureml:sklearn:1", "azureml:sklearn:2"),
        Effect("code", "azureml:score:1", "azureml:score:2"),
        Effect(
            "components",
            {"step": "azureml:hello:1"},
            {"step": "azureml:hello:2"},
            {"definition": {"type": "pipeline", **TWO_STEPS}},
        ),
    ),
    Scene(
        "asset_container",
        {"type": "model", "name": "digits"},
        (
            Effect("type", "model", "code"),
            Effect("name", "digits", "score"),
            Effect("state", "present", "archived"),
            Effect(
                "append_tags",
                True,
                False,
                {"tags": {"b": "2"}},
                first=({"type": "model", "name": "digits", "tags": {"a": "1"}},),
            ),
        ),
        _endpoint,
    ),
)


def _info(
    module: str,
    name: str,
    *more: Effect,
    also: Options | None = None,
    ground: Ground = endpoint_with_default,
) -> Scene:
    """Filters are not listed: their effects are made from those that the module declares."""
    return Scene(
        module,
        also or {},
        (Effect("query", LEFT_OUT, "[].id"), Effect("name", LEFT_OUT, name), *more),
        ground,
    )


def _asset_info(module: str, name: str) -> Scene:
    mine = {"name": name}
    effects = (
        Effect("query", LEFT_OUT, "[].id"),
        Effect("name", LEFT_OUT, name),
        Effect("version", "1", "2", mine),
        Effect("label", LEFT_OUT, "latest", mine),
        Effect("newest", LEFT_OUT, 1, mine),
    )
    return Scene(module, {}, effects, _assets_and_data)


def of_filters(filters: Sequence[Filter], name: str | None) -> Iterator[Effect]:
    """``name``: filters are for the versions of this one."""
    for chosen in filters:
        value = ["a=1"] if isinstance(chosen, TagFilter) else samples(Field(chosen.option, "", chosen.value_type))[1]
        yield Effect(chosen.option, LEFT_OUT, value, {} if name is None else {"name": name})


REFERENCES = {"codes": "score", "models": "digits", "environments": "sklearn", "components": "hello", "data": "pages"}
INFOS = (
    Scene("workspace_info", {}, (Effect("query", LEFT_OUT, "[].id"),)),
    _info("compute_info", "cpu"),
    _info("datastore_info", "workspaceblobstore"),
    _info("batch_endpoint_info", ENDPOINT),
    _info(
        "batch_deployment_info",
        "green",
        Effect("endpoint_name", ENDPOINT, "other-ep"),
        also={"endpoint_name": ENDPOINT},
    ),
    *(_asset_info(f"{kind.removesuffix('s')}_info", name) for kind, name in REFERENCES.items()),
    Scene(
        "reference_info",
        {},
        (
            Effect("computes", [], ["cpu"]),
            *(Effect(kind, [], [f"azureml:{name}:1"]) for kind, name in REFERENCES.items()),
        ),
        _endpoint,
    ),
)
ABSENT = {"state": "absent"}
FORCE = Effect("force", False, True, ABSENT)
IN_USE = (
    Scene("batch_endpoint", {"name": ENDPOINT}, (FORCE,), _endpoint),
    Scene("batch_deployment", {"name": "red", "endpoint_name": ENDPOINT}, (FORCE,), _endpoint),
    *(
        Scene(module, task, (FORCE, Effect("ignore_endpoints", [], [ENDPOINT], ABSENT)), _endpoint)
        for module, task in (
            ("compute", {"name": "cpu"}),
            ("datastore", {"name": "workspaceartifactstore"}),
            ("asset_container", {"type": "model", "name": "digits"}),
            *(
                (kind.removesuffix("s"), {"name": name, "version": "1"})
                for kind, name in REFERENCES.items()
                if kind != "data"
            ),
        )
    ),
)
RED = {"name": "red", "model": "azureml:digits:1", "compute": "cpu"}
DEPLOY_CHECK = Scene(
    "batch_deploy_check",
    {"endpoint": {"name": ENDPOINT}},
    (
        Effect("endpoint", {"name": ENDPOINT}, {"name": "other-ep"}),
        Effect("computes", [], [{**CLUSTER, "name": "cpu9"}]),
        Effect("codes", [], [{"name": "scripts", "path": LOCAL}]),
        Effect("models", [], [{"name": "scripts", "path": LOCAL}]),
        Effect("environments", [], [{"name": "python", "image": "library/python:3.11"}]),
        Effect("components", [], [{"definition": STEP}]),
        Effect("deployments", [], [RED]),
        Effect("default", "red", "blue", {"deployments": [RED]}),
        Effect("content_names", False, True, {"deployments": [RED]}),
    ),
    _endpoint,
)
SCENES = (
    *(COMPUTE, INSTANCE, DATASTORE, BATCH_ENDPOINT, BATCH_DEPLOYMENT),
    *ASSETS,
    *INFOS,
    *IN_USE,
    DEPLOY_CHECK,
)
