"""What the header of the portal offers, by what a person may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from app.domain.kernel.access import Actor, Permission, Role
from app.web.access import find_current_actor
from app.web.headers import csrf_token
from app.web.htmx import is_partial
from app.web.i18n import current_locale
from app.web.icons import icons_in, note_icons
from app.web.school import current_school


@dataclass(frozen=True)
class Place:
    """An entry of the main menu, for those who hold the permission. Its pages lie below its address."""

    label: object
    endpoint: str
    icon: str
    permission: Permission
    below: str = ""
    """Where its pages lie, if not below the address of `endpoint`."""


PLACES: list[Place] = [
    # Families begin at their children: the first page only sends them there.
    Place(_l("Today"), "home.index", "home", Permission.ACADEMICS_READ),
    Place(_l("My children"), "family.children", "home", Permission.FAMILY_READ),
    Place(_l("My record"), "family.my_record", "book", Permission.OWN_RECORD_READ),
    Place(_l("Check in"), "checkin.own", "check", Permission.OWN_RECORD_READ),
    Place(_l("Admissions"), "admissions.queue", "queue", Permission.APPLICATIONS_READ, "/admissions/"),
    Place(_l("Register"), "attendance.registers", "check", Permission.REGISTERS_READ),
    Place(_l("Leave"), "leave.waiting", "letter", Permission.LEAVE_ANSWER),
    Place(_l("Attendance"), "board.board", "chart", Permission.ATTENDANCE_REPORT, "/attendance/"),
    Place(_l("Concerns"), "board.concerns", "bell", Permission.REGISTERS_READ),
    Place(_l("Students"), "people.students", "person", Permission.STUDENTS_READ),
    Place(_l("Guardians"), "people.guardians", "phone", Permission.GUARDIANS_READ),
    Place(_l("Fees"), "fees.day", "purse", Permission.FEES_RECORD, "/admissions/fees/"),
    Place(_l("Staff"), "people.staff", "person", Permission.STAFF_READ),
    Place(_l("School"), "academics.overview", "book", Permission.ACADEMICS_READ),
    Place(_l("Timetable"), "timetable.index", "calendar", Permission.ACADEMICS_READ),
    Place(_l("Calendar"), "academics.calendar.month", "calendar", Permission.CALENDAR_READ),
    Place(_l("Marks to give"), "scores.mine", "pen", Permission.APPLICATIONS_SCORE),
    Place(_l("Public site"), "cms.notices", "globe", Permission.SITE_EDIT, "/site/"),
    Place(_l("Audit log"), "audit.entries", "eye", Permission.AUDIT_READ),
    Place(_l("Outbox"), "jobs.overview", "letter", Permission.JOBS_MANAGE),
    Place(_l("My account"), "accounts.account", "person", Permission.FAMILY_READ),
]
"""In the order of the menu; on a phone the first four stand at the foot of the page."""


NavItem = tuple[object, str, str, bool]


def nav_items() -> list[NavItem]:
    """(label, address, icon, is it the current place) for the person who is signed in."""
    if "places" not in g:
        g.places = _places_of(find_current_actor())
    return cast(list[NavItem], g.places)


def _places_of(actor: Actor | None) -> list[NavItem]:
    if actor is None:
        return []
    allowed = frozenset(place.permission for place in PLACES if actor.may(place.permission))
    places = _places_for(allowed, current_locale(), request.script_root)
    # A place within a place is where the reader is; the one around it is not.
    here = max((root for *_, root in places if request.path.startswith(root)), key=len, default=None)
    return [(label, address, icon, root == here) for label, address, icon, root in places]


@lru_cache(maxsize=256)
def _places_for(
    allowed: frozenset[Permission], locale: str, script_root: str
) -> list[tuple[str, str, str, str]]:
    """(label, address, icon, where its pages lie): worked out once for each kind of reader, not for each page."""
    places = [(place, url_for(place.endpoint)) for place in PLACES if place.permission in allowed]
    return [(str(place.label), address, place.icon, place.below or address) for place, address in places]


BESIDE_NAME = 6
"""How many places fit into the header beside a long name at 1024 pixels."""


def _split(items: list[NavItem]) -> tuple[list[NavItem], list[NavItem]]:
    """The places in the header and those in its menu. Where the reader is stands in the header."""
    front, rest = items[:BESIDE_NAME], items[BESIDE_NAME:]
    current = next((item for item in rest if item[3]), None)
    if current:
        rest = [front[-1], *(item for item in rest if item is not current)]
        front = [*front[:-1], current]
    return front, rest


_NAME, _HERE = (f"menu-{secrets.token_hex(8)}" for _ in range(2))
"""What stands in the written menu for the reader's name and the page's address; no stored text can know it."""


def portal_menu() -> Markup:
    """The menu of the portal's header for whoever is signed in."""
    actor = find_current_actor()
    csrf_token()  # its mark is in the menu, also in one that was written for an earlier page
    written, icons = _written_menu(tuple(nav_items()), current_locale(), is_partial())
    note_icons(icons)
    here = request.full_path if request.query_string else request.path
    return written.replace(_NAME, escape(actor.name if actor else "")).replace(_HERE, escape(here))


@lru_cache(maxsize=1024)
def _written_menu(items: tuple[NavItem, ...], locale: str, in_part: bool) -> tuple[Markup, tuple[str, ...]]:
    """The menu with marks in it, and the icons it shows."""
    front, rest = _split(list(items))
    values = {"items": items, "front": front, "rest": rest, "name": _NAME, "here": _HERE, "lang": locale}
    text = escape(current_app.jinja_env.get_template("layouts/_menu.html").make_module(values))
    return text, icons_in(text)


SITE_PLACES: list[tuple[object, str, dict[str, Any], str]] = [
    (_l("Admission"), "apply.index", {}, "pen"),
    (_l("Notices"), "site.notices", {}, "bell"),
    (_l("Rules and seats"), "site.page", {"slug": "rules"}, "book"),
    (_l("About us"), "site.page", {"slug": "about"}, "home"),
    (_l("Contact"), "site.page", {"slug": "contact"}, "phone"),
]
"""(label, endpoint, its parameters, icon) of the public site's menu; an area appears once it is there, a
page once it is published."""


def site_items() -> list[tuple[object, str, str, bool]]:
    """(label, address, icon, is it the current place) of the public site's menu."""
    lang = current_locale()
    pages = current_school().pages
    return [
        (
            label,
            url_for(endpoint, lang=lang, **values),
            icon,
            request.endpoint == endpoint and values.items() <= (request.view_args or {}).items(),
        )
        for label, endpoint, values, icon in SITE_PLACES
        if endpoint in current_app.view_functions and values.get("slug") in {None, *pages}
    ]


ROLE_WORDS = {
    Role.ADMIN: _l("Administrator"),
    Role.PRINCIPAL: _l("Principal"),
    Role.ADMISSIONS_OFFICER: _l("Admissions officer"),
    Role.TEACHER: _l("Teacher"),
    Role.ACCOUNTANT: _l("Accountant"),
    Role.EDITOR: _l("Editor"),
    Role.GUARDIAN: _l("Guardian"),
    Role.STUDENT: _l("Student"),
}


def role_line() -> str:
    """What stands under the school's name: the first role of the person who is signed in."""
    actor = find_current_actor()
    return _role_words(actor.grants[0].role, current_locale()) if actor and actor.grants else ""


@cache
def _role_words(role: Role, locale: str) -> str:
    return str(ROLE_WORDS[role])


def init_navigation(app: Flask) -> None:
    """Give templates the menu."""
    app.jinja_env.globals.update(
        nav_items=nav_items,
        portal_menu=portal_menu,
        site_items=site_items,
        role_line=role_line,
        current_actor=find_current_actor,
    )
