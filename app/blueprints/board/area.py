"""The blueprint, and what all its pages begin with: which campus, which class, and what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext

from app.domain.academics.queries import CampusView, ClassView, list_classes
from app.domain.attendance.reports.queries import campuses_reported
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound
from app.web.i18n import local

blueprint = Blueprint("board", __name__, url_prefix="/attendance")

Items = list[tuple[Any, str, bool, int | None]]


@dataclass(frozen=True)
class Place:
    """The campus a page is about, the class it is narrowed to, and those it could be about."""

    campus: CampusView
    campuses: list[CampusView]
    classes: list[ClassView]
    school_class: ClassView | None

    @property
    def class_id(self) -> UUID | None:
        """The class the page is narrowed to."""
        return self.school_class.id if self.school_class else None

    @property
    def asked(self) -> dict[str, Any]:
        """What an address of the same campus and class carries."""
        more = {"class": self.school_class.details.code} if self.school_class else {}
        return {"campus": self.campus.details.code, **more}

    @property
    def campus_chips(self) -> Items:
        """One chip a campus that leads to the same page there; none where there is no choice."""
        if len(self.campuses) < 2:
            return []
        endpoint, show = str(request.endpoint), request.args.get("show")
        return [
            (
                local(campus.details.name),
                url_for(endpoint, campus=campus.details.code, show=show),
                campus.id == self.campus.id,
                None,
            )
            for campus in self.campuses
        ]

    @property
    def class_chips(self) -> Items:
        """One chip a class, and one for all."""
        endpoint, show = str(request.endpoint), request.args.get("show")
        here: dict[str, Any] = {"campus": self.campus.details.code, "show": show}
        found: Items = [(gettext("All classes"), url_for(endpoint, **here), not self.school_class, None)]
        found += [
            (
                local(each.details.name),
                url_for(endpoint, **(here | {"class": each.details.code})),
                each == self.school_class,
                None,
            )
            for each in self.classes
        ]
        return found if len(self.classes) > 1 else []


def find_place(actor: Actor) -> Place | None:
    """The campus named by `?campus=`, or the first one; None while there is none. Raises NotFound for a foreign one."""
    campuses = campuses_reported(actor)
    if not campuses:
        return None
    code = request.args.get("campus")
    campus = next((each for each in campuses if each.details.code == code), None if code else campuses[0])
    if campus is None:
        raise NotFound
    classes = list_classes(campus.id)
    wanted = request.args.get("class")
    school_class = next((each for each in classes if each.details.code == wanted), None)
    return Place(campus, campuses, classes, school_class)


def area_tabs(actor: Actor, place: Place | None) -> Items:
    """The pages of the area that this reader may open."""
    asked: dict[str, Any] = place.asked if place else {}
    pages = (
        ("board.board", gettext("Board"), Permission.ATTENDANCE_REPORT),
        ("board.here", gettext("Here now"), Permission.ATTENDANCE_REPORT),
        ("board.away", gettext("Absent and late"), Permission.ATTENDANCE_REPORT),
        ("board.report", gettext("Reports"), Permission.ATTENDANCE_REPORT),
        ("board.concerns", gettext("Concerns"), Permission.REGISTERS_READ),
    )
    allowed = [each for each in pages if actor.may(each[2])]
    if len(allowed) < 2:
        return []
    return [
        (label, url_for(endpoint, **asked), endpoint == request.endpoint, None)
        for endpoint, label, _ in allowed
    ]
