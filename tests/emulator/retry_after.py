"""The header `Retry-After`, in both of its forms."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

from .clock import Clock


def retry_after(seconds: float, form: str, clock: Clock) -> str:
    """Its value; `form` is "seconds" or "date", which is that many seconds after the `Date` of the answer."""
    if form == "date":
        return format_datetime(clock.date() + timedelta(seconds=seconds), usegmt=True)
    return f"{seconds:g}"
