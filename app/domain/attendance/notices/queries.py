"""Reads of what families were told, and of what they are to be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, or_, select

from app.db import among
from app.domain.academics.queries import list_campuses
from app.domain.attendance.models import Attendance, Register, RuleSet
from app.domain.attendance.notices.models import AbsenceNotice, NoticeWay
from app.domain.attendance.notices.types import Word
from app.domain.attendance.types import AttendanceRules, AttendanceStatus
from app.domain.kernel.access import SYSTEM, Actor
from app.domain.kernel.errors import NotFound
from app.domain.outbox.types import Channel
from app.domain.people.queries import find_own_contact
from app.uow import session


def list_cut_offs() -> dict[UUID, time]:
    """From which hour on each campus tells its families; one that does not is left out. Two statements."""
    usual = AttendanceRules()
    decided = {
        row[0]: (row[1], row[2])
        for row in session().execute(select(RuleSet.campus_id, RuleSet.cut_off, RuleSet.tells_families))
    }
    found = {
        campus.id: decided.get(campus.id, (usual.cut_off, usual.tells_families))
        for campus in list_campuses(SYSTEM)
    }
    return {campus_id: cut_off for campus_id, (cut_off, tells) in found.items() if tells}


def list_untold(campus_ids: Collection[UUID], day: date) -> set[UUID]:
    """The students with an absence in a taken register of a day, of whom no family was told anything of it yet."""
    rows = session().scalars(
        select(Attendance.student_id)
        .join(Register, Register.id == Attendance.register_id)
        .where(
            among(Register.campus_id, campus_ids),
            Register.date == day,
            Register.is_taken,
            Attendance.status == AttendanceStatus.ABSENT,
            ~exists().where(
                AbsenceNotice.student_id == Attendance.student_id, AbsenceNotice.date == Attendance.date
            ),
        )
    )
    return set(rows)


def list_doubtful(since: date, today: date) -> list[AbsenceNotice]:
    """The notices whose last word may be wrong, held for this transaction; those that another job holds are left to it.

    A day with nothing but absences is one of absence, and a day without one is not: only what differs is looked at.
    """
    says_so = exists().where(
        Register.id == Attendance.register_id,
        Register.is_taken,
        Attendance.student_id == AbsenceNotice.student_id,
        Attendance.date == AbsenceNotice.date,
        or_(
            (AbsenceNotice.word == Word.ABSENT) & (Attendance.status != AttendanceStatus.ABSENT),
            (AbsenceNotice.word == Word.NOT_ABSENT) & (Attendance.status == AttendanceStatus.ABSENT),
            (AbsenceNotice.word == Word.NOTHING)
            & (Attendance.status == AttendanceStatus.ABSENT)
            & (AbsenceNotice.date == today),
        ),
    )
    rows = session().scalars(
        select(AbsenceNotice)
        .where(AbsenceNotice.date >= since, says_so)
        .order_by(AbsenceNotice.id)
        .with_for_update(skip_locked=True)
    )
    return list(rows)


def list_ways(guardian_ids: Collection[UUID]) -> dict[UUID, Channel]:
    """How some guardians want to be told, where they have said so."""
    rows = session().execute(
        select(NoticeWay.guardian_id, NoticeWay.channel).where(among(NoticeWay.guardian_id, guardian_ids))
    )
    return dict(rows.all())


class OwnWay(NamedTuple):
    """How a guardian is told: the way chosen, or the one that holds without a choice; and what the school knows."""

    channel: Channel | None
    phone: str | None
    email: str | None


def find_way(actor: Actor) -> OwnWay:
    """How the actor is told of an absence. Raises NotFound for who is no guardian."""
    contact = find_own_contact(actor.person_id) if actor.person_id else None
    if contact is None:
        raise NotFound
    chosen = list_ways([contact.guardian_id]).get(contact.guardian_id)
    usual = Channel.SMS if contact.phone else Channel.MAIL if contact.email else None
    return OwnWay(chosen or usual, contact.phone, contact.email)
