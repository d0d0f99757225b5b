"""The emulator's own controls, on the ARM host below /emulator: workspaces, journal, reset, policies, clock, state,
faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .access import Assignment, BadRoles
from .faults import BadRule, Faults
from .jobs import Job
from .journal import Journal
from .state import Resource, State
from .workspaces import UnknownWorkspaceError, Workspaces


def routes(workspaces: Workspaces, journal: Journal, faults: Faults) -> list[Route]:
    """Loopback only, and without a token: every local client may use them.

    What is about one workspace takes `?workspace=NAME`. Without it, reading means the first workspace, and emptying
    means all of them.
    """
    policies = workspaces.first.policies
    clock = workspaces.first.clock

    def asked(request: Request) -> State:
        return workspaces.named(request.query_params.get("workspace", ""))

    def path_asked(request: Request) -> str | None:
        return asked(request).settings.workspace_path if "workspace" in request.query_params else None

    async def read_workspaces(_request: Request) -> Response:
        return JSONResponse([_names(state) for state in workspaces])

    async def read_journal(request: Request) -> Response:
        return PlainTextResponse(journal.text(path_asked(request)), media_type="application/x-ndjson")

    async def clear_journal(request: Request) -> Response:
        journal.clear(path_asked(request))
        return Response(status_code=204)

    async def reset(request: Request) -> Response:
        if "workspace" in request.query_params:
            await workspaces.reset(asked(request))
        else:
            faults.clear()
            workspaces.registries.clear()
            workspaces.access.clear()
            for state in workspaces:
                await workspaces.reset(state)
        return Response(status_code=204)

    async def read_policies(_request: Request) -> Response:
        return JSONResponse(policies.as_dict())

    async def set_policies(request: Request) -> Response:
        try:
            policies.update({name: str(value) for name, value in (await request.json()).items()})
        except (ValueError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(policies.as_dict())

    async def advance(request: Request) -> Response:
        try:
            given = {name: float(value) for name, value in (await request.json()).items()}
            if not given or given.keys() - {"advance_seconds", "skew_seconds"}:
                raise KeyError("advance_seconds")
            if "skew_seconds" in given:
                clock.skew(given["skew_seconds"])
            clock.advance(given.get("advance_seconds", 0.0))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            text = f"send an object with advance_seconds or skew_seconds, numbers: {error}"
            return JSONResponse({"error": text}, 400)
        workspaces.settle()
        return JSONResponse({"now": clock.now().isoformat()})

    async def read_state(request: Request) -> Response:
        state = asked(request)
        parts: dict[str, Callable[[], Any]] = {
            "resources": lambda: {resource.path: _view(resource) for resource in state.resources},
            "endpoint_names": lambda: {name: path for name, path in state.endpoint_names.items() if state.holds(path)},
            "jobs": lambda: [_job_view(state, job) for job in state.jobs.list()],
            "running_operations": lambda: state.operations.running,
        }
        chosen = request.query_params.getlist("part") or [*parts, "blobs"]
        document = {part: read() for part, read in parts.items() if part in chosen}
        if "blobs" in chosen:
            document["blobs"] = await state.storage.inventory()
        return JSONResponse(document)

    async def change_resources(request: Request) -> Response:
        try:
            asked(request).surroundings.change(await request.json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(list(asked(request).surroundings))

    async def read_resources(request: Request) -> Response:
        return JSONResponse(list(asked(request).surroundings))

    async def reset_resources(request: Request) -> Response:
        asked(request).surroundings.clear()
        return Response(status_code=204)

    async def read_roles(_request: Request) -> Response:
        return JSONResponse([_role_view(one) for one in workspaces.access])

    async def choose_roles(request: Request) -> Response:
        try:
            workspaces.access.choose(await request.json())
        except (BadRoles, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return await read_roles(request)

    async def reset_roles(_request: Request) -> Response:
        workspaces.access.clear()
        return Response(status_code=204)

    async def kill_worker(request: Request) -> Response:
        return Response(status_code=204 if asked(request).jobs.kill_worker(request.path_params["job"]) else 404)

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

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "workspaces", read_workspaces),
        ("GET", "journal", read_journal),
        ("DELETE", "journal", clear_journal),
        ("POST", "reset", reset),
        ("GET", "policies", read_policies),
        ("POST", "policies", set_policies),
        ("POST", "clock", advance),
        ("GET", "state", read_state),
        ("POST", "jobs/{job}/kill_worker", kill_worker),
        ("GET", "resources", read_resources),
        ("POST", "resources", change_resources),
        ("DELETE", "resources", reset_resources),
        ("GET", "roles", read_roles),
        ("POST", "roles", choose_roles),
        ("DELETE", "roles", reset_roles),
        ("GET", "faults", read_faults),
        ("POST", "faults", add_faults),
        ("DELETE", "faults", clear_faults),
        ("DELETE", "faults/{number:int}", remove_fault),
    ]
    return [Route(f"/emulator/{path}", _named(handler), methods=[method]) for method, path, handler in table]


def _named(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """`handler`, with 400 for a workspace that there is not."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except UnknownWorkspaceError as error:
            return JSONResponse({"error": str(error)}, 400)

    return answered


def _names(state: State) -> dict[str, Any]:
    settings = state.settings
    return {
        "id": settings.workspace_path,
        "subscription_id": settings.subscription_id,
        "resource_group": settings.resource_group,
        "workspace_name": settings.workspace_name,
        "workspace_guid": settings.workspace_guid,
        "region": settings.region,
        "storage_account": state.storage.account_name,
    }


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


def _role_view(one: Assignment) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "principal": one.principal,
        "role": one.role.name,
        "permissions": one.role.permission.view(),
        "through_group": one.through_group,
        "deny": one.deny,
    }


def _view(resource: Resource) -> dict[str, Any]:
    return {
        "properties": resource.properties,
        "location": resource.location,
        "tags": resource.tags,
        "identity": resource.identity,
        "provisioning_state": resource.provisioning_state,
        "api_version": resource.api_version,
    }
