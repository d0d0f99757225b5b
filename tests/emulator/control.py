"""The emulator's own controls, on the ARM host below /emulator: journal, reset, policies, clock, state, faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .arm.datastores import create_system_datastores
from .faults import BadRule, Faults
from .jobs import Job
from .journal import Journal
from .state import Resource, State


def routes(state: State, journal: Journal, faults: Faults) -> list[Route]:
    """Loopback only, and without a token: whoever reaches them may use them."""

    async def read_journal(_request: Request) -> Response:
        return PlainTextResponse(journal.text(), media_type="application/x-ndjson")

    async def clear_journal(_request: Request) -> Response:
        journal.clear()
        return Response(status_code=204)

    async def reset(_request: Request) -> Response:
        faults.clear()
        await state.jobs.reset()
        state.operations.clear()
        state.uploads.clear()
        state.resources.clear()
        state.endpoint_names.clear()
        state.is_deleted = False
        await state.storage.clear()
        create_system_datastores(state)
        return Response(status_code=204)

    async def read_policies(_request: Request) -> Response:
        return JSONResponse(state.policies.as_dict())

    async def set_policies(request: Request) -> Response:
        try:
            state.policies.update({name: str(value) for name, value in (await request.json()).items()})
        except (ValueError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(state.policies.as_dict())

    async def advance(request: Request) -> Response:
        try:
            state.clock.advance(float((await request.json())["advance_seconds"]))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            return JSONResponse({"error": f"send an object with advance_seconds, a number: {error}"}, 400)
        state.settle()
        return JSONResponse({"now": state.clock.now().isoformat()})

    async def read_state(request: Request) -> Response:
        parts: dict[str, Callable[[], Any]] = {
            "resources": lambda: {resource.path: _view(resource) for resource in state.resources},
            "endpoint_names": lambda: state.endpoint_names,
            "jobs": lambda: [_job_view(state, job) for job in state.jobs.list()],
            "running_operations": lambda: state.operations.running,
        }
        asked = request.query_params.getlist("part") or [*parts, "blobs"]
        document = {part: read() for part, read in parts.items() if part in asked}
        if "blobs" in asked:
            document["blobs"] = await state.storage.inventory()
        return JSONResponse(document)

    async def kill_worker(request: Request) -> Response:
        return Response(status_code=204 if state.jobs.kill_worker(request.path_params["job"]) else 404)

    async def read_faults(_request: Request) -> Response:
        return JSONResponse(faults.as_list())

    async def add_faults(request: Request) -> Response:
        try:
            return JSONResponse([rule.as_dict() for rule in faults.add(await request.json())], 201)
        except (BadRule, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    async def clear_faults(_request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    async def remove_fault(request: Request) -> Response:
        return Response(status_code=204 if faults.remove(request.path_params["number"]) else 404)

    return [
        Route("/emulator/journal", read_journal, methods=["GET"]),
        Route("/emulator/journal", clear_journal, methods=["DELETE"]),
        Route("/emulator/reset", reset, methods=["POST"]),
        Route("/emulator/policies", read_policies, methods=["GET"]),
        Route("/emulator/policies", set_policies, methods=["POST"]),
        Route("/emulator/clock", advance, methods=["POST"]),
        Route("/emulator/state", read_state, methods=["GET"]),
        Route("/emulator/jobs/{job}/kill_worker", kill_worker, methods=["POST"]),
        Route("/emulator/faults", read_faults, methods=["GET"]),
        Route("/emulator/faults", add_faults, methods=["POST"]),
        Route("/emulator/faults", clear_faults, methods=["DELETE"]),
        Route("/emulator/faults/{number:int}", remove_fault, methods=["DELETE"]),
    ]


def _job_view(state: State, job: Job) -> dict[str, Any]:
    """The management view, and beside it what only the emulator knows."""
    own = {
        "endpoint": job.endpoint,
        "deployment": job.deployment,
        "request": job.request,
        "error": job.error or None,
        "child_run_id": job.child_run_id,
    }
    return {**state.jobs.management_view(job, "2024-10-01"), "emulator": own}


def _view(resource: Resource) -> dict[str, Any]:
    return {
        "properties": resource.properties,
        "location": resource.location,
        "tags": resource.tags,
        "identity": resource.identity,
        "provisioning_state": resource.provisioning_state,
        "api_version": resource.api_version,
    }
