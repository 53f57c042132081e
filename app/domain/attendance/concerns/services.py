"""Writes of concerns: looking for patterns, and what people do about them. One verb, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.academics.queries import SectionView, get_campus, list_campuses, list_seats, list_sections
from app.domain.accounts.queries import list_users_who_may
from app.domain.attendance.concerns.models import Concern, ConcernEvent
from app.domain.attendance.concerns.policies import concerns_reached, ensure_may_settle
from app.domain.attendance.concerns.rules import find_patterns, opens_again
from app.domain.attendance.concerns.types import (
    ConcernAct,
    ConcernClosed,
    ConcernKind,
    Limits,
    NothingNoted,
    Outcome,
    OwnerUnknown,
    Pattern,
)
from app.domain.attendance.queries import get_rules
from app.domain.attendance.reports.queries import REPORT, list_states, school_masks
from app.domain.attendance.reports.services import class_teachers
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor, Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import transaction


def look_everywhere() -> int:
    """Look at every campus, as the night does. Returns how many concerns were opened or opened again."""
    return sum(look(SYSTEM, campus.id) for campus in list_campuses(SYSTEM, REPORT))


def look(actor: Actor, campus_id: UUID) -> int:
    """Look through the days of every pupil of a campus since the school year began, and open what stands out.

    A child has one concern of a kind in a year: one that is open gets the days as they are now, one that was closed
    opens again where something happened after that day. Returns how many were opened. Raises NotFound for a campus the
    actor may not report on.
    """
    get_campus(actor, campus_id, REPORT)
    today = clock.today()
    with transaction() as db:
        # One looks at a time: two would both open what neither has found yet.
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"concerns {campus_id}"))))
        sections = {
            section.id: section for section in list_sections(actor, campus_id=campus_id, permission=REPORT)
        }
        seats = {
            seat.student_id: (sections[seat.section_id], seat.year_starts_on)
            for seat in list_seats(campus_id, today)
            if seat.section_id in sections
        }
        if not seats:
            return 0
        rules = get_rules(campus_id)
        limits = Limits(threshold=rules.threshold, absent_days=rules.absent_days)
        starts_on = min(start for _, start in seats.values())
        states = list_states(school_masks(campus_id, starts_on, today), campus_id=campus_id)
        found = {
            (student_id, pattern.kind): pattern
            for student_id in seats
            for pattern in find_patterns(states.get(student_id, ()), limits)
        }
        owners = class_teachers(actor, campus_id, {section.id for section, _ in seats.values()})
        opened = _open(
            db,
            found,
            {student_id: section for student_id, (section, _) in seats.items()},
            {section_id: teacher.user_id for section_id, teacher in owners.items()},
        )
        if opened:
            record(
                actor, "attendance.looked", "campus", campus_id, campus_id=campus_id, new={"concerns": opened}
            )
        return opened


def _open(
    db: Session,
    found: Mapping[tuple[UUID, ConcernKind], Pattern],
    seats: Mapping[UUID, SectionView],
    owners: Mapping[UUID, UUID],
) -> int:
    years = {section.academic_year_id for section in seats.values()}
    known = {
        (concern.student_id, concern.kind): concern
        for concern in db.scalars(
            select(Concern)
            .where(Concern.academic_year_id.in_(years), Concern.student_id.in_({key[0] for key in found}))
            .with_for_update()
        )
    }
    now, opened = clock.now(), 0
    for (student_id, kind), pattern in found.items():
        section, concern = seats[student_id], known.get((student_id, kind))
        act = None
        if concern is None:
            act = ConcernAct.FOUND
            concern = Concern(
                campus_id=section.campus_id,
                student_id=student_id,
                academic_year_id=section.academic_year_id,
                kind=kind,
                owner_id=owners.get(section.id),
                section_id=section.id,
                found_at=now,
                days=[],
            )
            db.add(concern)
        elif concern.closed_at is not None:
            if not opens_again(pattern, local_day(concern.closed_at)):
                continue
            act = ConcernAct.FOUND_AGAIN
            concern.closed_at = concern.outcome = None
            concern.found_at = now
            concern.owner_id = owners.get(section.id) or concern.owner_id
        # A child that has moved is spoken of by the new section.
        if concern.section_id != section.id:
            concern.section_id = section.id
        _show(concern, pattern)
        if act:
            opened += 1
            db.flush()
            db.add(ConcernEvent(concern_id=concern.id, at=now, act=act, owner_id=concern.owner_id))
    return opened


def _show(concern: Concern, pattern: Pattern) -> None:
    days = list(pattern.days)
    if concern.days != days:
        concern.days = days
    if pattern.share:
        concern.attended, concern.taken = pattern.share.attended, pattern.share.taken


def _locked(db: Session, actor: Actor, concern_id: UUID) -> Concern:
    concern = db.scalar(
        select(Concern).where(Concern.id == concern_id, concerns_reached(actor)).with_for_update()
    )
    if concern is None:
        raise NotFound
    return concern


def note(actor: Actor, concern_id: UUID, words: str) -> None:
    """Write down what was said or done. Raises NotFound and NothingNoted."""
    with transaction() as db:
        concern = _locked(db, actor, concern_id)
        if not words.strip():
            raise NothingNoted
        _event(db, actor, concern, ConcernAct.NOTED, words=words.strip())


def candidates(campus_id: UUID) -> list[tuple[UUID, LocalText]]:
    """Whom a concern of this campus can be given to, by name."""
    return list_users_who_may(Permission.REGISTERS_READ, campus_id)


def give(actor: Actor, concern_id: UUID, owner_id: UUID) -> None:
    """Give a concern to somebody who sees registers at its campus. Giving it to who has it changes nothing.

    Raises NotFound, Forbidden, ConcernClosed and OwnerUnknown.
    """
    with transaction() as db:
        concern = _open_and_mine(db, actor, concern_id)
        if concern.owner_id == owner_id:
            return
        if owner_id not in {key for key, _ in candidates(concern.campus_id)}:
            raise OwnerUnknown
        concern.owner_id = owner_id
        _event(db, actor, concern, ConcernAct.GIVEN, owner_id=owner_id)


def close(actor: Actor, concern_id: UUID, outcome: Outcome, words: str) -> None:
    """Say what came of it. It opens again by itself when it happens again.

    Raises NotFound, Forbidden and ConcernClosed.
    """
    with transaction() as db:
        concern = _open_and_mine(db, actor, concern_id)
        concern.closed_at, concern.outcome = clock.now(), outcome
        _event(db, actor, concern, ConcernAct.CLOSED, words=words.strip(), outcome=outcome)


def _open_and_mine(db: Session, actor: Actor, concern_id: UUID) -> Concern:
    concern = _locked(db, actor, concern_id)
    ensure_may_settle(actor, concern.campus_id, concern.owner_id)
    if concern.closed_at is not None:
        raise ConcernClosed
    return concern


def _event(
    db: Session,
    actor: Actor,
    concern: Concern,
    act: ConcernAct,
    *,
    words: str = "",
    owner_id: UUID | None = None,
    outcome: Outcome | None = None,
) -> None:
    db.add(
        ConcernEvent(
            concern_id=concern.id,
            at=clock.now(),
            act=act,
            by_id=actor.user_id,
            words=words,
            owner_id=owner_id,
            outcome=outcome,
        )
    )
    record(
        actor,
        f"concern.{act.value}",
        "attendance_concern",
        concern.id,
        campus_id=concern.campus_id,
        new={"outcome": outcome, "owner": owner_id},
    )
