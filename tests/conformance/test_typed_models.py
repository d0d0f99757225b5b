"""What a body may hold is not our own reading alone: the official typed models agree with the emulator's shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulator.arm import batch_deployments, batch_endpoints, computes, datastores
from tests.emulator.arm.asset_kinds import KINDS
from tests.emulator.arm.shapes import Choice, Duration, Named, Object, Problems, Shape
from tests.emulator.invocation import BODY

from .replays.replay import DEFAULT_VERSION, load
from .typed.bodies import Maker, problems
from .typed.library import Library, Model
from .typed.sources import DATA_PLANE, VERSIONS, library_of


@dataclass(frozen=True)
class Body:
    """One kind of request body: the emulator's shape, and what the typed models call it."""

    shape: Shape
    names: tuple[str, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[str, ...] = VERSIONS


ASSETS = {"codes": "Code", "models": "Model", "environments": "Environment", "components": "Component"}
DATASTORES = {"AzureBlob", "AzureFile", "AzureDataLakeGen1", "AzureDataLakeGen2"}


def datastore(kind: str) -> Body:
    kinds = dict.fromkeys(("DatastoreProperties", "DatastoreDetails"), kind)
    account = dict.fromkeys(("DatastoreCredentials", "DatastoreSecrets"), "AccountKey")
    return Body(datastores.SHAPES[kind], ("Datastore", "DatastoreData"), {**kinds, **account})


def versions_and_containers() -> Iterator[tuple[str, Body]]:
    for name, model in ASSETS.items():
        yield name, Body(KINDS[name].version, (f"{model}Version", f"{model}VersionData"))
        yield f"container of {name}", Body(KINDS[name].container, (f"{model}Container", f"{model}ContainerData"))


BODIES = {
    **dict(versions_and_containers()),
    "container of data": Body(KINDS["data"].container, ("DataContainer", "DataContainerData"), versions=VERSIONS[1:]),
    "data": Body(
        KINDS["data"].version,
        ("DataVersionBase", "DataVersionBaseData"),
        {"DataVersionBaseProperties": "mltable", "DataVersionBaseDetails": "mltable"},
        VERSIONS[1:],
    ),
    "datasets": Body(KINDS["datasets"].version, ("DatasetVersionData",), versions=VERSIONS[:1]),
    "computes": Body(computes.SHAPES["AmlCompute"], ("ComputeResource",), {"Compute": "AmlCompute"}),
    "Kubernetes": Body(computes.SHAPES["Kubernetes"], ("ComputeResource",), {"Compute": "Kubernetes"}),
    "instances": Body(computes.SHAPES["ComputeInstance"], ("ComputeResource",), {"Compute": "ComputeInstance"}),
    **{f"datastores {kind}": datastore(kind) for kind in sorted(DATASTORES)},
    "endpoints": Body(batch_endpoints.BODY, ("BatchEndpoint", "BatchEndpointData")),
    "deployments": Body(
        batch_deployments.BODY,
        ("BatchDeployment", "BatchDeploymentData"),
        {"AssetReferenceBase": "Id", "BatchDeploymentConfiguration": "PipelineComponent"},
    ),
    "invoke": Body(
        BODY,
        ("BatchJobResource",),
        {"JobInput": "UriFolder", "JobOutput": "UriFile", "DataInput": "DataUrl", "BatchDataInput": "DataUrl"},
        (DATA_PLANE,),
    ),
}
PAIRS = [(name, version) for name, body in BODIES.items() for version in body.versions]


# The typed models of old versions differ from all later ones in a few members; the later ones count.
OTHERWISE = {
    "2021-10-01": ("UserAssignedIdentities.Key.ClientId", "UserAssignedIdentities.Key.PrincipalId"),
    "2022-05-01": ("properties.computeLocation",),
}
# Of a free form: their models take any key.
FREE = {"customServices"}
# Requests by what their paths end in, and the body that each has.
PATHS = {
    r"codes/[^/]+/versions/[^/?]+$": "codes",
    r"models/[^/]+/versions/[^/?]+$": "models",
    r"environments/[^/]+/versions/[^/?]+$": "environments",
    r"data/[^/]+/versions/[^/?]+$": "data",
    r"computes/[^/?]+$": "computes",
    r"datastores/[^/?]+(\?skipValidation=true)?$": "datastores AzureBlob",
    r"batchEndpoints/[^/?]+$": "endpoints",
    r"deployments/[^/?]+$": "deployments",
}


def model_of(name: str, version: str) -> tuple[Library, Model]:
    library = library_of(version)
    return library, library.model(next(candidate for candidate in BODIES[name].names if candidate in library))


def words(shape: Shape, where: str = "") -> Iterator[tuple[str, str]]:
    """Values for texts of which only some will do."""
    for entry in shape:
        path = f"{where}{entry.name}"
        if isinstance(entry.type, Choice):
            yield path, entry.type.values[0]
        elif isinstance(entry.type, Duration):
            yield path, "PT30S"
        elif isinstance(entry.type, Object):
            yield from words(entry.type.shape, f"{path}.")
        elif isinstance(entry.type, Named):
            yield from words(entry.type.shape, f"{path}.key.")


def refused(name: str, version: str, body: Any) -> list[str]:
    """What the emulator finds wrong with a body."""
    found = Problems(refuse_read_only=True)
    BODIES[name].shape.bind(body, problems=found, strict=True, version="" if version == DATA_PLANE else version)
    return [f"{entry['PropertyName']} {entry['ErrorCode']}" for entry in found.entries]


def maker(name: str, library: Library) -> Maker:
    return Maker(library, BODIES[name].kinds, dict(words(BODIES[name].shape)))


@pytest.mark.parametrize(("name", "version"), PAIRS)
def test_what_the_typed_model_may_hold_is_accepted(name: str, version: str) -> None:
    library, model = model_of(name, version)
    found = refused(name, version, maker(name, library).whole(model))
    assert [text for text in found if not any(part in text for part in OTHERWISE.get(version, ()))] == []


@pytest.mark.parametrize(("name", "version"), PAIRS)
def test_what_is_wrong_by_the_typed_model_is_refused(name: str, version: str) -> None:
    library, model = model_of(name, version)
    accepted = [
        f"{fault} {'.'.join(where)}"
        for fault, where, body in maker(name, library).spoiled(model)
        if not refused(name, version, body)
        and ".".join(where) not in OTHERWISE.get(version, ())
        and not set(where[:-1]) & FREE
    ]
    assert accepted == []


def requests() -> Iterator[tuple[str, str, Any]]:
    """PUTs and invokes of the recorded cases: kind of body, api-version, body."""
    for case in load().values():
        steps = [*case.get("given", []), *(step["request"] for step in case["exchange"] if "request" in step)]
        for step in steps:
            if step.get("token") == "scoring" and "body" in step:
                yield "invoke", DATA_PLANE, step["body"]
            for path, name in PATHS.items():
                if step["method"] == "PUT" and "body" in step and re.search(path, step["path"]):
                    yield name, step.get("version", DEFAULT_VERSION), step["body"]


def fits(version: str, name: str) -> str:
    """The api-version whose typed models are used for one that no release of the SDK carries."""
    return version if (name, version) in PAIRS else "2025-12-01"


@pytest.mark.parametrize(
    ("name", "version", "body"),
    [pytest.param(*found, id=f"{found[0]}-{index}") for index, found in enumerate(requests())],
)
def test_what_was_recorded_fits_the_typed_model(name: str, version: str, body: Any) -> None:
    library, model = model_of(name, fits(version, name))
    assert list(problems(library, model, body)) == []
