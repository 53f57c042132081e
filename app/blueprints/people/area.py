"""What the pages of students, guardians and staff share: the blueprint, who is reached, histories.

Which students a teacher reaches is known to academics, a feature above people. So the pages ask
`academics.queries.taught_student_ids` for a part of a statement and hand it to the filters of
`people.policies`: the lists stay one statement, and neither feature looks into the other's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app.blueprints.people.forms import GENDER_WORDS, RELATIONSHIP_WORDS, STAFF_WORDS, Choices, offered
from app.domain.academics.queries import CampusView, list_campuses, taught_student_ids
from app.domain.accounts.queries import list_user_names
from app.domain.audit.queries import list_entries_of
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden
from app.domain.kernel.texts import LocalText
from app.domain.people.policies import guardians_reached, may_edit_student, students_reached
from app.domain.people.queries import StudentView, get_student
from app.web.access import current_actor
from app.web.happenings import FIELD_WORDS
from app.web.i18n import current_locale, day
from app.web.words import STUDENT_WORDS

blueprint = Blueprint("people", __name__)


def students_seen(actor: Actor) -> ColumnElement[bool]:
    """The filter on the students this person may see."""
    return students_reached(actor, taught_student_ids(actor))


def guardians_seen(actor: Actor, guardian_id: UUID | None = None) -> ColumnElement[bool]:
    """The filter on the guardians this person may see; with a key, on that one."""
    return guardians_reached(actor, taught_student_ids(actor), guardian_id=guardian_id)


def find_student(student_id: UUID) -> StudentView:
    """The student of this page, or a 404 where they are not within the reader's reach."""
    return get_student(students_seen(current_actor()), student_id)


def student_to_edit(student_id: UUID) -> StudentView:
    """The student of this page for somebody who may change the record: 404 out of reach, 403 within it."""
    record = find_student(student_id)
    if not may_edit_student(current_actor(), record.campus_id):
        raise Forbidden
    return record


def campus_choices(actor: Actor, permission: Permission) -> Choices:
    """The campuses where the permission is held, for a select."""
    locale = current_locale()
    return offered({campus.id: campus.name.in_(locale)[0] for campus in list_campuses(actor, permission)})


def query_asked() -> str:
    """What somebody looks for, without what no page could show again; nobody types a longer one."""
    return request.args.get("q", "").replace("\x00", "").strip()[:200]


def chosen(name: str, offered: list[UUID]) -> UUID | None:
    """The key in the address under `name`, where it is one of those offered; anything else chooses nothing."""
    typed = request.args.get(name, "")
    return next((key for key in offered if str(key) == typed), None)


def chosen_campus(campuses: list[CampusView]) -> UUID | None:
    """The campus a list is narrowed to: the one in the address, or the only one there is."""
    keys = [campus.id for campus in campuses]
    return keys[0] if len(keys) == 1 else chosen("campus", keys)


# --- what happened to a record

_ACTIONS = {
    "person.added": _l("Recorded"),
    "person.changed": _l("Details changed"),
    "student.added": _l("Became a student"),
    "student.changed": _l("Student record changed"),
    "student.status": _l("Status changed"),
    "student.enrolled": _l("Enrolled in a section"),
    "guardian.added": _l("Became a guardian"),
    "guardian.changed": _l("Guardian record changed"),
    "guardian.linked": _l("Guardian linked"),
    "guardian.unlinked": _l("Guardian unlinked"),
    "guardian.called_first": _l("Another guardian is called first"),
    "staff.added": _l("Joined the staff"),
    "staff.changed": _l("Staff record changed"),
}
_FIELDS = frozenset(
    {
        "name_en",
        "name_bn",
        "name_ar",
        "born_on",
        "gender",
        "phone",
        "email",
        "address",
        "status",
        "admitted_on",
        "birth_registration_no",
        "previous_school",
        "occupation",
        "employee_id",
        "designation",
        "joined_on",
        "relationship",
    }
)
"""Those that a history shows; their names are those of the audit log."""
_VALUES: dict[str, dict[str, Any]] = {
    "gender": {key.value: word for key, word in GENDER_WORDS.items()},
    "relationship": {key.value: word for key, word in RELATIONSHIP_WORDS.items()},
}


@dataclass(frozen=True)
class Happening:
    """One entry of a history."""

    at: datetime
    what: Any
    who: LocalText | None
    """None: the system itself."""
    changes: list[tuple[Any, str, str]]
    """(label, before, after)."""


def _value(entity: str, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "status":
        words = {key.value: word for key, word in STAFF_WORDS.items()}
        return str(words[value] if entity == "staff" else STUDENT_WORDS[value][2])
    if name in _VALUES:
        return str(_VALUES[name].get(value, value))
    return day(date.fromisoformat(value)) if name.endswith("_on") else str(value)


def history(
    actor: Actor, *records: tuple[str, UUID], campus_id: UUID | None = None
) -> list[Happening] | None:
    """The latest twelve entries about some records, or None for those who may not read the audit log."""
    if not actor.may(Permission.AUDIT_READ, campus_id):
        return None
    entries = [entry for kind, key in records for entry in list_entries_of(kind, key, limit=12)]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    entries = entries[:12]
    names = list_user_names({entry.user_id for entry in entries if entry.user_id})
    return [
        Happening(
            at=entry.at,
            what=_ACTIONS.get(entry.action, _l("Changed")),
            who=names.get(entry.user_id) if entry.user_id else None,
            changes=[
                (
                    FIELD_WORDS[name],
                    _value(entry.entity_type, name, old),
                    _value(entry.entity_type, name, (entry.new_data or {}).get(name)),
                )
                for name, old in (entry.old_data or {}).items()
                if name in _FIELDS
            ],
        )
        for entry in entries
    ]
