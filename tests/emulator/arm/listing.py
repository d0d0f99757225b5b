"""Lists: what a view shows, in which order, page by page."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote_plus

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
    archived = view == "ArchivedOnly"
    return (found for found in resources if bool(found.properties.get("isArchived")) is archived)


def ordered(call: Call, newest_first: Iterable[Resource]) -> Iterable[Resource]:
    """Resources in the order of `$orderBy`; `createdtime` is the one key known to work. (A9)"""
    order = (call.query.get("$orderBy") or "createdtime desc").lower().split()
    if order[:1] != ["createdtime"] or order[1:] not in ([], ["asc"], ["desc"]):
        if call.state.policies["unknown_order"] == "ignored":
            return newest_first
        raise Refused(management_error(400, "UserError", f"The order '{' '.join(order)}' is not supported."))
    return newest_first if order[1:] == ["desc"] else reversed(list(newest_first))


def page(
    call: Call,
    items: Iterable[Any],
    render: Callable[[Any], Any],
    *,
    size: int | None = None,
    natural_size: int = 50,
    tokens: str = "shards",
    linked_top: bool = False,
) -> Answer:
    """One page of `items`, with a link to the next one where there is one. (B11)

    `size` is what the query asks for; `natural_size` what the service gives otherwise, unless the policy says more or
    less. `tokens` names a form of TOKENS. `linked_top`: a list that `$top` has cut short links to its rest, too.
    """
    start = _start(call)
    size = size or call.state.policies.number("page_size") or natural_size
    top = call.query.get("$top")
    asked = size if top is None else _top(call, _count(top, "$top"), size)
    found = list(itertools.islice(items, start, start + asked + 1))
    body: dict[str, Any] = {"value": [render(item) for item in found[:asked]]}
    if len(found) > asked and (asked == size or _links_top(call, linked_top)):
        token = TOKENS[tokens](start + asked, call.state.resources.size(call.path))
        body["nextLink"] = call.url(call.path, _next_query(call, token))
    return Answer(200, body)


def _links_top(call: Call, is_recorded: bool) -> bool:
    """Service fact: asset contract 14.21."""
    answer = call.state.policies["top_link"]
    return answer == "all" or (answer == "models" and is_recorded)


def _next_query(call: Call, token: str) -> str:
    """The query of this call with another token, encoded as the service does."""
    kept = [
        (name, text)
        for name, text in parse_qsl(call.raw_query, keep_blank_values=True)
        if name not in ("$skipToken", "$skip")
    ]
    parameter = call.state.policies["next_link"]
    pairs = [*kept, (f"${parameter}", token)]
    return "&".join(f"{name}={quote_plus(text, safe='$:,')}" for name, text in pairs)


def _top(call: Call, top: int, size: int) -> int:
    """How many things `$top` gives. (A9)"""
    limit = call.state.policies["top_limit"]
    if top > size and limit == "refused":
        raise Refused(management_error(400, "UserError", f"The value '{top}' of $top is more than {size}."))
    return top if limit == "none" else min(top, size)


def page_size(call: Call, name: str, default: int | None = None) -> int | None:
    """The page size that a query parameter asks for; `default` without it."""
    asked = call.query.get(name)
    return default if asked is None else max(1, _count(asked, name))


def _count(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Refused(management_error(400, "UserError", f"The value '{text}' is not valid for {name}."))
    return int(text)


def _start(call: Call) -> int:
    token = call.query.get("$skipToken") or call.query.get("$skip")
    if not token:
        return 0
    padded = token + "=" * (-len(token) % 4)
    try:
        content = base64.urlsafe_b64decode(padded)
        text = gzip.decompress(content) if content.startswith(_GZIP) else content
        decoded = json.loads(text)
        if isinstance(decoded, dict):
            decoded = decoded["ShardToShardContinuationToken"]["Multitenant"]["NextSkip"]
        elif isinstance(decoded, list):
            decoded = decoded[0]["token"].rpartition(":")[2]
        return int(decoded)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, EOFError) as error:
        raise Refused(management_error(400, "UserError", "The continuation token is not valid.")) from error


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _of_shards(skip: int, total: int) -> str:
    shard = {"NextSkip": skip, "IsShardDone": False, "DidShardFail": False, "TotalCount": total}
    text = json.dumps({"ShardToShardContinuationToken": {"Multitenant": shard}}, separators=(",", ":"))
    return _encoded(gzip.compress(text.encode(), mtime=0))


def _of_store(skip: int, _total: int) -> str:
    token = f"+RID:~emulator==#RT:1#TRC:{skip}"
    part = {"token": token, "range": {"min": "", "max": "FF"}}
    return _encoded(json.dumps([part], separators=(",", ":")).encode())


def _of_number(skip: int, _total: int) -> str:
    return base64.urlsafe_b64encode(str(skip).encode()).decode()


TOKENS: Mapping[str, Callable[[int, int], str]] = {"shards": _of_shards, "store": _of_store, "numbers": _of_number}
"""Continuation tokens by form, from where the next page starts and how much there is in all: opaque for clients.

Service fact: asset contract 1.6, 14.21.
"""
_GZIP = b"\x1f\x8b"
