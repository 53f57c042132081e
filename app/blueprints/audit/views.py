"""The audit log: who did what to which record, a record as it was on a day, and the log as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.audit.shown import fields_in_words, in_words, table_of
from app.domain.academics.queries import CampusView, list_campuses
from app.domain.accounts.queries import users_called
from app.domain.audit.policies import entries_readable
from app.domain.audit.queries import (
    PAGE_SIZE,
    Record,
    list_changes,
    list_entries,
    list_record_entries,
    stream_entries,
)
from app.domain.audit.rules import as_of, read_mark
from app.domain.audit.services import record_export
from app.domain.audit.types import Wanted
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import day_bounds
from app.domain.kernel.errors import NotFound
from app.domain.people.policies import guardians_reached, staff_reached, students_reached
from app.domain.people.queries import get_guardian, get_staff_member, get_student, list_record_names
from app.web.access import current_actor, requires
from app.web.happenings import ACTION_WORDS, KIND_WORDS, kind_words
from app.web.htmx import render_page
from app.web.i18n import current_locale, day
from app.web.proof import requires_recent
from app.web.spreadsheet import stream_table

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.route("/")
@requires(Permission.AUDIT_READ)
def entries() -> Response:
    """What was done at the campuses within reach, narrowed."""
    actor = current_actor()
    campuses = list_campuses(actor, Permission.AUDIT_READ)
    asked = _asked(request.args)
    found = list_entries(
        entries_readable(actor), _wanted(asked, campuses), after=read_mark(request.args.get("after"))
    )
    return render_page(
        "audit/entries.html",
        "list",
        lines=in_words(found),
        older=found[-1].mark if len(found) == PAGE_SIZE else None,
        asked=asked,
        chosen=_chosen(asked, campuses),
        campuses=campuses,
        kinds=KIND_WORDS,
        actions=ACTION_WORDS,
        may_export=actor.may(Permission.AUDIT_EXPORT),
    )


_FILTERS = ("who", "campus", "kind", "record", "action", "since", "until")


def _asked(values: Mapping[str, str]) -> dict[str, str]:
    """What stands in the filters, without what no database could hold."""
    return {name: values.get(name, "").replace("\x00", "").strip()[:200] for name in _FILTERS}


def _chosen(asked: Mapping[str, str], campuses: list[CampusView]) -> list[tuple[str, str]]:
    """The filters that are set, (label, value) in words: on a narrow screen they are folded away."""
    campus = next(
        (line.name.in_(current_locale())[0] for line in campuses if str(line.id) == asked["campus"]), ""
    )
    since, until = _day(asked["since"]), _day(asked["until"])
    found = [
        (gettext("Record"), str(KIND_WORDS.get(asked["kind"], asked["kind"]))),
        (gettext("Act"), str(ACTION_WORDS.get(asked["action"], asked["action"]))),
        (gettext("Campus"), campus),
        (gettext("First day"), day(since) if since else ""),
        (gettext("Last day"), day(until) if until else ""),
    ]
    return [(label, value) for label, value in found if value]


def _wanted(asked: Mapping[str, str], campuses: list[CampusView]) -> Wanted:
    since, until = _day(asked["since"]), _day(asked["until"])
    return Wanted(
        users=users_called(asked["who"]) if asked["who"] else None,
        campus_id=next((line.id for line in campuses if str(line.id) == asked["campus"]), None),
        entity_type=asked["kind"] or None,
        entity_id=_key(asked["record"]),
        action=asked["action"] or None,
        since=day_bounds(since)[0] if since else None,
        until=day_bounds(until)[1] if until else None,
    )


def _day(text: str) -> date | None:
    """A day between the first and the last this calendar can turn into a moment."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 3000 else None


_NOTHING = UUID(int=0)


def _key(text: str) -> UUID | None:
    """The key of a record; what is none belongs to no record, so that a wrong key never shows everything."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return _NOTHING


@blueprint.route("/export", methods=["POST"])
@requires(Permission.AUDIT_EXPORT)
@requires_recent
def export() -> BaseResponse:
    """The narrowed log as a file, itself an entry of the log before the first line leaves."""
    actor, asked = current_actor(), _asked(request.form)
    campuses = list_campuses(actor, Permission.AUDIT_EXPORT)
    record_export(actor, asked)
    readable, wanted = entries_readable(actor, Permission.AUDIT_EXPORT), _wanted(asked, campuses)
    codes = {line.id: line.code for line in campuses}

    def rows() -> Iterator[Sequence[object]]:
        return table_of(stream_entries(readable, wanted), codes)

    name = f"{gettext('Audit log')} {clock.today().isoformat()}"
    return stream_table(request.form.get("suffix"), name, rows)


@blueprint.route("/records/<string:kind>/<uuid:record_id>")
@requires(Permission.AUDIT_READ)
def record(kind: str, record_id: UUID) -> Response:
    """One record as it was at the end of a day, and everything that happened to it."""
    actor = current_actor()
    records, reached = _reached(actor, kind, record_id)
    readable = entries_readable(actor, of_a_reached_record=reached)
    found = list_record_entries(readable, records, after=read_mark(request.args.get("after")))
    if not found and not reached:
        raise NotFound
    on = _day(request.args.get("on", "")) or clock.today()
    return render_page(
        "audit/record.html",
        kind=kind,
        record_id=record_id,
        title=kind_words(kind),
        name=list_record_names([record_id]).get(record_id),
        on=on,
        today=clock.today(),
        fields=fields_in_words(_state(list_changes(readable, records), day_bounds(on)[1])),
        lines=in_words(found),
        older=found[-1].mark if len(found) == PAGE_SIZE else None,
    )


def _reached(actor: Actor, kind: str, record_id: UUID) -> tuple[list[Record], bool]:
    """The records a page is about, and whether they are within reach by rules of their own.

    Students, guardians and staff come with the person they are. Of anything else only what its entries allow is shown.
    """
    if kind == "student":
        student = get_student(students_reached(actor), record_id)
        return [(kind, record_id), ("person", student.person.id)], True
    if kind == "staff":
        member = get_staff_member(staff_reached(actor), record_id)
        return [(kind, record_id), ("person", member.person.id)], True
    if kind == "guardian":
        guardian = get_guardian(guardians_reached(actor, guardian_id=record_id), record_id)
        return [(kind, record_id), ("person", guardian.person.id)], True
    return [(kind.replace("\x00", ""), record_id)], False


def _state(changes: Mapping[str, Any], until: datetime) -> dict[str, Any]:
    """The fields of the records together as they were just before `until`, the person's first."""
    moment = until - timedelta(microseconds=1)
    parts = [
        as_of(lines, moment) for _, lines in sorted(changes.items(), key=lambda part: part[0] != "person")
    ]
    return {name: value for part in parts for name, value in part.items()}
