"""Lists: what a view shows, in which order, page by page."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from ..errors import Refused, management_error
from ..state import Resource
from .call import Answer, Call


def listed(call: Call, path: str = "", *, newest_first: bool = False) -> Iterable[Resource]:
    """A collection, by default that which a call is about, as lists know it.

    Service fact: asset contract 1.6 (they may lag).
    """
    resources = call.state.resources
    lag = call.state.policies.seconds("list_lag")
    if not lag:
        return resources.each(path or call.path, newest_first=newest_first)
    then = call.state.clock.now() - timedelta(seconds=lag)
    return resources.earlier(path or call.path, then, newest_first=newest_first)


def visible(call: Call, resources: Iterable[Resource]) -> Iterable[Resource]:
    """What `listViewType` lets through. Service fact: asset contract 1.6."""
    view = call.query.get("listViewType") or call.state.policies["default_list_view"]
    if view not in ("ActiveOnly", "ArchivedOnly", "All"):
        raise Refused(management_error(400, "UserError", f"The value '{view}' is not valid for ListViewType."))
    if view == "All":
        return resources
    wanted = view == "ArchivedOnly"
    return (found for found in resources if bool(found.properties.get("isArchived")) is wanted)


def ordered(call: Call, newest_first: Iterable[Resource]) -> Iterable[Resource]:
    """Resources as `$orderBy` wants them; `createdtime` is the one key known to work. (A9)"""
    order = (call.query.get("$orderBy") or "createdtime desc").lower().split()
    if order[:1] != ["createdtime"] or order[1:] not in ([], ["asc"], ["desc"]):
        if call.state.policies["unknown_order"] == "ignored":
            return newest_first
        raise Refused(management_error(400, "UserError", f"The order '{' '.join(order)}' is not supported."))
    return newest_first if order[1:] == ["desc"] else reversed(list(newest_first))


def page(call: Call, items: Iterable[Any], render: Callable[[Any], Any], *, size: int | None = None) -> Answer:
    """One page of `items`, with a link to the next one where there is one. (B11)"""
    start = _start(call)
    size = size or max(1, call.state.policies.number("page_size"))
    top = call.query.get("$top")
    wanted = size if top is None else _top(call, _count(top, "$top"), size)
    found = list(itertools.islice(items, start, start + wanted + 1))
    body: dict[str, Any] = {"value": [render(item) for item in found[:wanted]]}
    if len(found) > wanted == size:
        query = [part for part in call.raw_query.split("&") if not _is_token(part)]
        parameter = call.state.policies["next_link"]
        query.append(f"${parameter}={_token(start + size, call.state.resources.size(call.path))}")
        body["nextLink"] = call.url(call.path, "&".join(query))
    return Answer(200, body)


def _top(call: Call, top: int, size: int) -> int:
    """How many things `$top` gives. (A9)"""
    limit = call.state.policies["top_limit"]
    if top > size and limit == "refused":
        raise Refused(management_error(400, "UserError", f"The value '{top}' of $top is more than {size}."))
    return top if limit == "none" else min(top, size)


def page_size(call: Call, name: str, default: int | None = None) -> int | None:
    """The page size that a query parameter asks for; `default` without it."""
    wanted = call.query.get(name)
    return default if wanted is None else max(1, _count(wanted, name))


def _count(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Refused(management_error(400, "UserError", f"The value '{text}' is not valid for {name}."))
    return int(text)


def _is_token(part: str) -> bool:
    return part.replace("%24", "$").split("=", 1)[0] in ("$skipToken", "$skip")


def _start(call: Call) -> int:
    token = call.query.get("$skipToken") or call.query.get("$skip")
    if not token:
        return 0
    try:
        padded = token + "=" * (-len(token) % 4)
        content = json.loads(gzip.decompress(base64.urlsafe_b64decode(padded)))
        return int(content["ShardToShardContinuationToken"]["Multitenant"]["NextSkip"])
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise Refused(management_error(400, "UserError", "The continuation token is not valid.")) from error


def _token(skip: int, total: int) -> str:
    """Service fact: asset contract 1.6 (opaque for clients)."""
    shard = {"NextSkip": skip, "IsShardDone": False, "DidShardFail": False, "TotalCount": total}
    text = json.dumps({"ShardToShardContinuationToken": {"Multitenant": shard}}, separators=(",", ":"))
    return base64.urlsafe_b64encode(gzip.compress(text.encode(), mtime=0)).decode().rstrip("=")
