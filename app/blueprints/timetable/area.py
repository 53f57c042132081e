"""The blueprint of the area, and what its pages begin with: which campus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext

from app.domain.academics.queries import CampusView, list_campuses
from app.domain.academics.types import Shift
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.web.access import current_actor
from app.web.editing import Crumbs
from app.web.i18n import local

blueprint = Blueprint("timetable", __name__, url_prefix="/timetable")


@dataclass(frozen=True)
class Where:
    """The campus a page is about, and those it could be about."""

    campus: CampusView
    campuses: list[CampusView]

    @property
    def may_edit(self) -> bool:
        """Whether the reader changes bell times and weeks here."""
        return current_actor().may(Permission.ACADEMICS_EDIT, self.campus.id)

    @property
    def may_name(self) -> bool:
        """Whether the reader names substitutes here."""
        return current_actor().may(Permission.SUBSTITUTES_EDIT, self.campus.id)

    @property
    def chips(self) -> list[tuple[Any, str, bool, None]]:
        """One chip a campus that leads to the same page there; none where there is no choice."""
        if len(self.campuses) < 2:
            return []
        return [
            (local(each.name), url_for(str(request.endpoint), campus=each.code), each == self.campus, None)
            for each in self.campuses
        ]


def where(permission: Permission = Permission.ACADEMICS_READ) -> Where:
    """The campus named by `?campus=`, or the first one where the reader holds the permission. Raises NotFound."""
    campuses = list_campuses(current_actor(), permission)
    wanted = request.args.get("campus")
    found = [each for each in campuses if each.code == wanted] if wanted else campuses
    if not found:
        raise NotFound
    return Where(found[0], campuses)


def campus_code(campus_id: UUID) -> str:
    """The code of a campus, for the addresses of lists."""
    return next(each.code for each in list_campuses(current_actor()) if each.id == campus_id)


def shift_asked(default: Shift | None) -> Shift | None:
    """The shift named by `?shift=`; `all` is that of sections without one. Raises NotFound for another word."""
    asked = request.args.get("shift")
    if asked is None:
        return default
    if asked == "all":
        return None
    if asked not in set(Shift):
        raise NotFound
    return Shift(asked)


def day_asked(default: date) -> date:
    """The day named by `?on=`. Raises NotFound for one that does not exist."""
    asked = request.args.get("on")
    if not asked:
        return default
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise NotFound from error


def key_asked(text: str | None) -> UUID | None:
    """A key in what was sent; None where there is none. Raises NotFound for what can be no key."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def trail(*more: tuple[Any, str | None]) -> Crumbs:
    """The way from the overview to a page."""
    return [(gettext("Timetable"), url_for("timetable.index")), *more]
