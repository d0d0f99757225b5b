"""Answers of the service that the collection does not handle yet as recorded: its tests run with the older ones.

Each is a difference between the collection and the recorded service; the list gets shorter until it is empty.
"""

from __future__ import annotations

OLDER_ANSWERS: dict[str, str] = {}
