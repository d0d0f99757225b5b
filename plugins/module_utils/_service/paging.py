# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Paging: the items of a collection that the service returns in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._errors import ServiceError
from .._names.json_types import JsonObject
from .._names.url import origin


def read_items(first: str, read: Callable[[str], JsonObject], *, what: str) -> Iterator[JsonObject]:
    """The items of all pages, each page read when it is reached.

    :param first: URL of the first page; those of the others come from the service
    :param read: the page at a URL; carries a token, which is for the host of the first page alone
    :param what: the action, for messages: ``list jobs``
    :raises ServiceError: a page is not one, or the link to the next leads back or to another host

    Service fact: assets contract 1.6 (links are followed unchanged; the last page has none).
    """
    url: str | None = first
    seen = set()
    while url:
        seen.add(url)
        page = read(url)
        items, url = page.get("value"), page.get("nextLink") or None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ServiceError(f"Could not {what}: the 'value' of a page is not a list of objects. Run the task again.")
        if not isinstance(url, (str, type(None))):
            raise ServiceError(f"Could not {what}: the link to the next page is not a text. Run the task again.")
        yield from items
        if url and (url in seen or origin(url) != origin(first)):
            raise ServiceError(f"Could not {what}: the link to the next page leads in a circle or to another host.")
