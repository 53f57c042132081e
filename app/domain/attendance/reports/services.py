"""Reminders to teachers, and the repair of the months."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
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

Link = Callable[[UUID, int], str]
"""The address of a section's register of today, and of a period."""
Key = TypeVar("Key", bound=Hashable)

_REMINDED_FOR = timedelta(hours=3)
"""So long after its hour a campus is reminded by itself: a worker that comes back in the evening disturbs nobody."""


def remind(actor: Actor, campus_id: UUID, link: Link, *, section_id: UUID | None = None) -> int:
    """Remind the teachers whose register of today is not taken: all of a campus, or of one section.

    The day's register is the class teacher's; a lesson's, once it is over, that of whoever taught it. Each is written
    to once for a register and hour, and once for all lessons of a section. Returns how many letters that were.
    Raises NotFound, and NothingToRemind.
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
            number += _remind(SYSTEM, campus.id, board.lines, link, since=due)
    return number


def _remind(
    actor: Actor,
    campus_id: UUID,
    lines: Sequence[BoardLine],
    link: Link,
    *,
    since: datetime | None = None,
) -> int:
    """`since`: not of a register of which somebody was reminded since then."""
    missing = {
        line.section_id: (line, periods)
        for line in lines
        if (periods := [each for each in line.to_remind if not since or line.may_remind_of(each, since)])
    }
    if not missing or is_locked(campus_id, clock.today()):
        return 0
    teachers = _teachers(actor, campus_id, missing)
    noted = _note(actor, campus_id, {key: to for key, to in teachers.items() if to.email or to.phone})
    letters: dict[tuple[UUID, UUID], list[int]] = {}
    for section_id, period in sorted(noted):
        letters.setdefault((section_id, teachers[section_id, period].user_id), []).append(period)
    drafts = []
    for (section_id, _), periods in letters.items():
        to = teachers[section_id, periods[0]]
        drafts.append(
            reminder(to, missing[section_id][0], link(section_id, periods[0]), periods, campus_id=campus_id)
        )
    write_messages([draft for draft in drafts if draft])
    return len(letters)


def _teachers(
    actor: Actor, campus_id: UUID, missing: Mapping[UUID, tuple[BoardLine, list[int]]]
) -> dict[tuple[UUID, int], Reachable]:
    """Who has to take each of these registers, by section and period."""
    of_lessons = {
        (key, lesson.period): lesson.staff_id
        for key, (line, periods) in missing.items()
        for lesson in line.plan or ()
        if lesson.period in periods and lesson.staff_id
    }
    of_days = {key: line for key, (line, _) in missing.items() if line.plan is None}
    instead = {key: line.substitute_id for key, line in of_days.items() if line.substitute_id}
    staff = _class_teachers(actor, campus_id, of_days, instead=instead)
    return _reached(of_lessons | {(key, 0): staff_id for key, staff_id in staff.items()})


def class_teachers(actor: Actor, campus_id: UUID, section_ids: Collection[UUID]) -> dict[UUID, Reachable]:
    """How the class teachers of these sections are reached, as far as they have an account."""
    return _reached(_class_teachers(actor, campus_id, section_ids, instead={}))


def _class_teachers(
    actor: Actor, campus_id: UUID, section_ids: Collection[UUID], *, instead: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    """The class teachers of these sections, or who stands `instead`: staff by section."""
    return dict(instead) | {
        section.id: section.class_teacher_id
        for section in list_sections(actor, campus_id=campus_id, permission=REPORT)
        if section.id in section_ids and section.id not in instead and section.class_teacher_id
    }


def _reached(staff: Mapping[Key, UUID]) -> dict[Key, Reachable]:
    """How these members of staff are reached, as far as they have an account."""
    persons = persons_of_staff(set(staff.values()))
    reached = list_reachable(set(persons.values()))
    return {
        key: reached[persons[staff_id]] for key, staff_id in staff.items() if persons.get(staff_id) in reached
    }


def _note(
    actor: Actor, campus_id: UUID, teachers: Mapping[tuple[UUID, int], Reachable]
) -> list[tuple[UUID, int]]:
    """Write down who is reminded, and return of which registers this is the first time within the hour."""
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
                        "period": period,
                        "hour": hour_of(now),
                        "sent_at": now,
                        "sent_to": to.user_id,
                        "sent_by": actor.user_id,
                    }
                    for (section_id, period), to in teachers.items()
                ]
            )
            .on_conflict_do_nothing(index_elements=["section_id", "date", "period", "hour"])
            .returning(RegisterReminder.section_id, RegisterReminder.period)
        )
        return [(row[0], row[1]) for row in made]


def mend_months() -> None:
    """Count every month of every child anew from all lines. For commands: it reads and writes everything."""
    with transaction() as db:
        db.execute(delete(AttendanceMonth))
        columns, recount = recount_of_months()
        db.execute(insert(AttendanceMonth).from_select(columns, recount, include_defaults=False))
