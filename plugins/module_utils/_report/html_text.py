# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""HTML with values from outside: they are always shown as text, and never read as markup."""

from __future__ import annotations

import html

from .._jobs.logs import printable

_LONGEST = 400


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text: escaped, control characters spelled out, and cut to 400 characters with an ellipsis."""
    if isinstance(value, Html):
        return value
    plain = str(value)
    cut = plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."
    return Html(html.escape(printable(cut)))


def element(tag: str, *children: object, **attributes: str | None) -> Html:
    """An element; ``class_`` is the attribute class, an underscore in a name a dash, and None leaves it out."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(printable(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{given}>{''.join(map(text, children))}</{tag}>")


def joined(*children: object) -> Html:
    """Several elements or texts, one after the other."""
    return Html("".join(map(text, children)))


def link(address: str, label: str) -> Html:
    """A link, or the bare text if the address is not an https address."""
    if not address.lower().startswith("https://"):
        return text(label)
    return element("a", label, href=address, rel="noreferrer noopener")
