"""Reminders to teachers, and the repair of the months."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.db import new_id
from app.domain.academics.queries import list_campuses, list_sections
from app.domain.accounts.queries import Reachable, list_reachable
from app.domain.attendance.queries import get_rules, is_locked
from app.domain.attendance.reports.letters import reminder
from app.domain.attendance.reports.models import AttendanceMonth, RegisterReminder
from app.domain.attendance.reports.queries import REPORT, get_board, recount_of_months
from app.domain.attendance.reports.rules import hour_of
from app.domain.attendance.reports.types import BoardLine, NothingToRemind
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor
from app.domain.kernel.dates import DHAKA, to_local
from app.domain.outbox.services import write_messages
from app.domain.people.queries import persons_of_staff
from app.uow import transaction

Link = Callable[[UUID], str]
"""The address of a section's register of today."""

_REMINDED_FOR = timedelta(hours=3)
"""So long after its hour a campus is reminded by itself: a worker that comes back in the evening disturbs nobody."""


def remind(actor: Actor, campus_id: UUID, link: Link, *, section_id: UUID | None = None) -> int:
    """Remind the class teachers whose register of today is not taken: all of a campus, or of one section.

    Each is written to once for a register and hour. Returns how many were. Raises NotFound, and NothingToRemind.
    """
    with transaction():
        board = get_board(actor, campus_id, clock.today())
        lines = [line for line in board.lines if section_id in (None, line.section_id)]
        number = _remind(actor, campus_id, lines, link)
        if not number:
            raise NothingToRemind
        return number


def remind_due(link: Link) -> int:
    """Remind by itself at every campus whose hour has come, once for each register and day. Returns how many were."""
    now, number = to_local(clock.now()), 0
    for campus in list_campuses(SYSTEM, REPORT):
        due = datetime.combine(now.date(), get_rules(campus.id).cut_off, DHAKA)
        if not due <= now < due + _REMINDED_FOR or is_locked(campus.id, now.date()):
            continue
        with transaction():
            board = get_board(SYSTEM, campus.id, now.date())
            lines = [line for line in board.lines if line.reminded_at is None or line.reminded_at < due]
            number += _remind(SYSTEM, campus.id, lines, link)
    return number


def _remind(actor: Actor, campus_id: UUID, lines: Sequence[BoardLine], link: Link) -> int:
    missing = {line.section_id: line for line in lines if line.is_missing}
    if not missing or is_locked(campus_id, clock.today()):
        return 0
    instead = {key: line.substitute_id for key, line in missing.items() if line.substitute_id}
    teachers = class_teachers(actor, campus_id, missing, instead=instead)
    drafts = {}
    for key, line in missing.items():
        draft = reminder(teachers[key], line, link(key), campus_id=campus_id) if key in teachers else None
        if draft:
            drafts[key] = draft
    noted = _note(actor, campus_id, {key: teachers[key] for key in drafts})
    write_messages([drafts[key] for key in noted])
    return len(noted)


def class_teachers(
    actor: Actor,
    campus_id: UUID,
    section_ids: Collection[UUID],
    *,
    instead: Mapping[UUID, UUID] = MappingProxyType({}),
) -> dict[UUID, Reachable]:
    """How the class teachers of these sections, or who stands `instead` (staff by section), are reached, as far as
    they have an account."""
    staff = dict(instead) | {
        section.id: section.class_teacher_id
        for section in list_sections(actor, campus_id=campus_id, permission=REPORT)
        if section.id in section_ids and section.id not in instead and section.class_teacher_id
    }
    persons = persons_of_staff(set(staff.values()))
    reached = list_reachable(set(persons.values()))
    return {
        section_id: reached[persons[staff_id]]
        for section_id, staff_id in staff.items()
        if persons.get(staff_id) in reached
    }


def _note(actor: Actor, campus_id: UUID, teachers: dict[UUID, Reachable]) -> list[UUID]:
    """Write down who is reminded, and return of which sections this is the first time within the hour."""
    if not teachers:
        return []
    now = clock.now()
    with transaction() as db:
        made = db.execute(
            insert(RegisterReminder)
            .values(
                [
                    {
                        "id": new_id(),
                        "campus_id": campus_id,
                        "section_id": section_id,
                        "date": clock.today(),
                        "period": 0,
                        "hour": hour_of(now),
                        "sent_at": now,
                        "sent_to": to.user_id,
                        "sent_by": actor.user_id,
                    }
                    for section_id, to in teachers.items()
                ]
            )
            .on_conflict_do_nothing(index_elements=["section_id", "date", "period", "hour"])
            .returning(RegisterReminder.section_id)
        )
        return list(made.scalars())


def mend_months() -> None:
    """Count every month of every child anew from all lines. For commands: it reads and writes everything."""
    with transaction() as db:
        db.execute(delete(AttendanceMonth))
        columns, recount = recount_of_months()
        db.execute(insert(AttendanceMonth).from_select(columns, recount, include_defaults=False))
