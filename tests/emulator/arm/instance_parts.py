"""What the settings of a compute instance, and the instance types of a Kubernetes compute, are made of."""

from __future__ import annotations

from typing import Any

from .shapes import Choice, Field, Listed, Named, Number, Object, Text, TextMap, shape


def _part(name: str, kind: Any = None, **marks: Any) -> Field:
    """A part that is answered only where it was sent."""
    return Field(name, kind or Text(), hide_null=True, **marks)


_SCRIPT = shape(*(_part(name) for name in ("scriptSource", "scriptData", "scriptArguments", "timeout")))
SETUP_SCRIPTS = shape(
    _part("scripts", Object(shape(*(_part(name, Object(_SCRIPT)) for name in ("startupScript", "creationScript")))))
)
SSH = shape(
    Field("sshPublicAccess", Choice(("Enabled", "Disabled")), default="Disabled"),
    _part("adminPublicKey"),
    *(_part(name, read_only=True) for name in ("adminUserName", "sshPort")),
)
PERSONAL = shape(_part("assignedUser", Object(shape(Field("objectId"), Field("tenantId")))))
# Newer clients repeat the type of a trigger inside it. Service fact: asset contract 3.6.
_NUMBERS = Listed(Number())
_HOURS = shape(
    *(_part(name, _NUMBERS) for name in ("hours", "minutes", "monthDays")),
    _part("weekDays", Listed(Text())),
)
_RECURRENCE = shape(
    *(_part(name) for name in ("triggerType", "frequency", "startTime", "timeZone")),
    _part("interval", Number()),
    _part("schedule", Object(_HOURS)),
)
_START_STOP = shape(
    *(_part(name, read_only=True) for name in ("id", "provisioningStatus")),
    *(_part(name) for name in ("status", "action", "triggerType")),
    _part("recurrence", Object(_RECURRENCE)),
    _part("cron", Object(shape(*(_part(name) for name in ("triggerType", "startTime", "timeZone", "expression"))))),
    _part("schedule", Object(shape(*(_part(name) for name in ("id", "provisioningStatus", "status"))))),
)
SCHEDULES = shape(_part("computeStartStop", Listed(Object(_START_STOP))))
INSTANCE_TYPE = shape(
    Field("nodeSelector", TextMap()),
    Field("resources", Object(shape(*(Field(name, TextMap()) for name in ("requests", "limits"))))),
)
INSTANCE_TYPES = Named(INSTANCE_TYPE)
