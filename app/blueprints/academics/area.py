"""The blueprints of the area, and what all its pages begin with: which campus, and may I."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext

from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import CampusView, list_campuses
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import TextError, clean_line
from app.web.access import current_actor
from app.web.editing import Crumbs
from app.web.i18n import local

blueprint = Blueprint("academics", __name__, url_prefix="/academics")


@dataclass(frozen=True)
class Place:
    """The campus a page is about, and those it could be about."""

    campus: CampusView
    campuses: list[CampusView]
    may_edit: bool
    may_edit_calendar: bool

    @property
    def chips(self) -> list[tuple[Any, str, bool, None]]:
        """One chip a campus that leads to the same page there; none where there is no choice."""
        if len(self.campuses) < 2:
            return []
        return [
            (
                local(campus.name),
                url_for(str(request.endpoint), campus=campus.code, month=request.args.get("month")),
                campus.id == self.campus.id,
                None,
            )
            for campus in self.campuses
        ]


def find_place(permission: Permission = Permission.ACADEMICS_READ) -> Place | None:
    """The campus named by `?campus=`, or the first one; None while there is no campus at all."""
    actor = current_actor()
    campuses = list_campuses(actor, permission)
    if not campuses:
        return None
    wanted = request.args.get("campus")
    campus = next((each for each in campuses if each.code == wanted), None) if wanted else campuses[0]
    if campus is None:
        raise NotFound
    return Place(
        campus,
        campuses,
        actor.may(Permission.ACADEMICS_EDIT, campus.id),
        actor.may(Permission.CALENDAR_EDIT, campus.id),
    )


def get_place(permission: Permission = Permission.ACADEMICS_READ) -> Place:
    """The campus of the page. Raises NotFound where there is none."""
    place = find_place(permission)
    if place is None:
        raise NotFound
    return place


def search_words() -> str:
    """What is looked for by `?q=`; what nobody can have typed is nothing."""
    try:
        return clean_line(request.args.get("q", ""))[:100]
    except TextError:
        return ""


def place_to_edit() -> Place:
    """The campus something is to be added to. Raises NotFound, Forbidden."""
    place = get_place()
    ensure_edits(place.campus.id)
    return place


def ensure_edits(campus_id: UUID) -> None:
    """Raise Forbidden where the reader looks at the structure of a campus but may not change it."""
    ensure_may(current_actor(), Permission.ACADEMICS_EDIT, campus_id, to_read=Permission.ACADEMICS_READ)


def load_to_edit(get: Callable[..., Any], key: UUID) -> Any:
    """A record of the structure that the reader may change. Raises NotFound, Forbidden."""
    found = get(current_actor(), key)
    ensure_edits(found.campus_id)
    return found


def campus_code(campus_id: UUID) -> str:
    """The code of a campus, for the addresses of lists."""
    return next(each.code for each in list_campuses(current_actor()) if each.id == campus_id)


def trail(*more: tuple[Any, str | None]) -> Crumbs:
    """The way from the overview to a page."""
    return [(gettext("School"), url_for("academics.overview")), *more]
