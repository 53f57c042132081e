"""What a form would send as it stands, for clients that are no browser."""

from __future__ import annotations

from typing import Any

from bs4 import Tag


def form_values(form: Tag) -> dict[str, Any]:
    """The names and values of a form's controls, as a browser without script would send them."""
    found: dict[str, Any] = {}
    for control in form.select("input, select, textarea"):
        name = control.get("name")
        if not name or control.has_attr("disabled") or control.get("type") in {"submit", "file"}:
            continue
        if control.get("type") in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                found[str(name)] = str(control.get("value", "on"))
        elif control.name == "select":
            chosen = control.find("option", selected=True) or control.find("option")
            found[str(name)] = str(chosen.get("value", chosen.get_text())) if isinstance(chosen, Tag) else ""
        elif control.name == "textarea":
            found[str(name)] = control.get_text().replace("\r\n", "\n").removeprefix("\n")
        else:
            found[str(name)] = str(control.get("value", ""))
    return found
