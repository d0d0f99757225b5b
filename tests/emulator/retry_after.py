"""The header `Retry-After`, in both of its forms."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime


def retry_after(seconds: float, form: str) -> str:
    """Its value; `form` is "seconds" or "date"."""
    if form == "date":
        # Clients compare it with their own clock, so it goes by the wall.
        return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)
    return f"{seconds:g}"
