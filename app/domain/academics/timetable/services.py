"""Writes of the timetable: one verb, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.models import Section, Subject, TeacherSubject
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import day_verdict
from app.domain.academics.services import (
    add_record,
    change_record,
    check_staff,
    ensure_edits,
    hold_campus,
    locked_record,
    remove_record,
)
from app.domain.academics.timetable.models import WHOLE_DAY, BellTime, Lesson, Substitute
from app.domain.academics.timetable.rules import first_overlap
from app.domain.academics.timetable.types import (
    AnotherNamed,
    BellDetails,
    EndsTooEarly,
    LessonDetails,
    NoLessonThen,
    NoSuchPeriod,
    OneselfNamed,
    PeriodInUse,
    PeriodsOverlap,
    Slot,
)
from app.domain.academics.types import OtherCampus
from app.domain.audit.services import record, record_change
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Stale
from app.uow import transaction

_EDIT: Final = {"edit": Permission.ACADEMICS_EDIT, "read": Permission.ACADEMICS_READ}

Week = Mapping[Slot, LessonDetails]

# --- bell times


def _place_bell(db: Session, campus_id: UUID, details: BellDetails, own: UUID | None) -> None:
    """Check a period against the others of its shift. Raises EndsTooEarly, PeriodsOverlap."""
    if details.starts_at >= details.ends_at:
        raise EndsTooEarly
    hold_campus(db, campus_id)
    same = select(BellTime).where(
        BellTime.campus_id == campus_id, BellTime.shift.is_not_distinct_from(details.shift)
    )
    others = db.scalars(same, execution_options={"populate_existing": True}).all()
    other = first_overlap([each for each in others if each.id != own], details)
    if other is not None:
        raise PeriodsOverlap(period=other.period)


def add_bell(actor: Actor, campus_id: UUID, details: BellDetails) -> UUID:
    """Say when a period of a shift is. Raises EndsTooEarly, PeriodsOverlap, PeriodTaken."""
    ensure_edits(actor, campus_id)
    with transaction() as db:
        _place_bell(db, campus_id, details, None)
        row = add_record(db, actor, "bell_time", BellTime, details, campus_id=campus_id)
    return UUID(str(row.id))


def change_bell(actor: Actor, bell_id: UUID, version: int, details: BellDetails) -> None:
    """Change when a period is; lessons move with it. Raises Stale, EndsTooEarly, PeriodsOverlap, PeriodTaken, and
    PeriodInUse where lessons would lose their period."""
    with transaction() as db:
        row = locked_record(db, actor, BellTime, bell_id, **_EDIT)
        if row.version != version:
            raise Stale
        _place_bell(db, row.campus_id, details, bell_id)
        if (row.shift, row.period) != (details.shift, details.period):
            _ensure_free(db, row)
        change_record(db, actor, "bell_time", row, version, details)


def remove_bell(actor: Actor, bell_id: UUID) -> None:
    """Take a period out of the day. Raises PeriodInUse."""
    with transaction() as db:
        row = locked_record(db, actor, BellTime, bell_id, **_EDIT)
        _ensure_free(db, row)
        remove_record(
            db,
            actor,
            "bell_time",
            row,
            BellDetails(row.shift, row.period, row.starts_at, row.ends_at, row.name),
        )


def _ensure_free(db: Session, bell: BellTime) -> None:
    taught = (
        select(Lesson.id)
        .join(Section, Section.id == Lesson.section_id)
        .where(
            Lesson.campus_id == bell.campus_id,
            Lesson.period == bell.period,
            Section.shift.is_not_distinct_from(bell.shift),
        )
        .limit(1)
    )
    if db.scalar(taught) is not None:
        raise PeriodInUse


# --- weeks


def set_lesson(
    actor: Actor, section_id: UUID, slot: Slot, version: int, details: LessonDetails | None
) -> None:
    """Say what stands in one slot of a section's week; None empties it. `version` is that of the lesson there, 0 for
    none. Raises Stale, NoSuchPeriod, OtherCampus."""
    with transaction() as db:
        section = locked_record(db, actor, Section, section_id, **_EDIT)
        there = _stored(db, section_id)
        if (there[slot].version if slot in there else 0) != version:
            raise Stale
        week = {each: LessonDetails(row.subject_id, row.staff_id) for each, row in there.items()}
        _store(db, actor, section, there, _with_slot(week, slot, details))


def _with_slot(week: Week, slot: Slot, details: LessonDetails | None) -> Week:
    others = {each: lesson for each, lesson in week.items() if each != slot}
    return others | {slot: details} if details else others


def set_week(actor: Actor, section_id: UUID, week: Week, *, seen: Mapping[Slot, int] | None = None) -> int:
    """Make the week of a section what it is to be. `seen` are the versions of the lessons it was made on, by slot;
    without them whatever is there is replaced. Returns how many slots changed. Raises Stale, NoSuchPeriod, OtherCampus.
    """
    with transaction() as db:
        section = locked_record(db, actor, Section, section_id, **_EDIT)
        there = _stored(db, section_id)
        if seen is not None and seen != {slot: row.version for slot, row in there.items()}:
            raise Stale
        return _store(db, actor, section, there, week)


def _stored(db: Session, section_id: UUID) -> dict[Slot, Lesson]:
    """The lessons of a section. Its row is locked, so they stay as they are until the transaction ends."""
    statement = select(Lesson).where(Lesson.section_id == section_id)
    rows = db.scalars(statement, execution_options={"populate_existing": True})
    return {Slot(row.weekday, row.period): row for row in rows}


def _store(db: Session, actor: Actor, section: Section, there: Mapping[Slot, Lesson], week: Week) -> int:
    """Store what differs, and let new teachers teach the subject, which is what opens the section to them."""
    old = {slot: LessonDetails(row.subject_id, row.staff_id) for slot, row in there.items()}
    changed = {slot for slot in old.keys() | week.keys() if old.get(slot) != week.get(slot)}
    if not changed:
        return 0
    new = {slot: week[slot] for slot in changed if slot in week}
    _check(db, section, new)
    _assign(db, section, new)
    for slot in changed & there.keys() & new.keys():
        there[slot].subject_id, there[slot].staff_id = new[slot].subject_id, new[slot].staff_id
    gone = [there[slot].id for slot in changed & there.keys() - new.keys()]
    if gone:
        db.execute(delete(Lesson).where(Lesson.id.in_(gone)))
    rows = [_row(section, slot, lesson) for slot, lesson in new.items() if slot not in there]
    if rows:
        db.execute(insert(Lesson), rows)
    db.flush()
    record_change(
        actor,
        "timetable.changed",
        "section",
        section.id,
        old=_said(old, changed),
        new=_said(week, changed),
        campus_id=section.campus_id,
    )
    return len(changed)


def _row(section: Section, slot: Slot, lesson: LessonDetails) -> dict[str, Any]:
    fixed = {"id": new_id(), "campus_id": section.campus_id, "section_id": section.id, "version": 1}
    return fixed | slot._asdict() | asdict(lesson)


def _said(week: Week, slots: set[Slot]) -> dict[str, Any]:
    """Some slots of a week as the audit log keeps them: `7-1` is the first period on Sunday."""
    return {
        f"{slot.weekday}-{slot.period}": [week[slot].subject_id, week[slot].staff_id]
        if slot in week
        else None
        for slot in sorted(slots)
    }


def _check(db: Session, section: Section, lessons: Week) -> None:
    """Raise NoSuchPeriod or OtherCampus for what cannot stand in the section's week."""
    periods = set(
        db.scalars(
            select(BellTime.period).where(
                BellTime.campus_id == section.campus_id,
                BellTime.shift.is_not_distinct_from(section.shift),
            )
        )
    )
    if any(slot.period not in periods or not 1 <= slot.weekday <= 7 for slot in lessons):
        raise NoSuchPeriod
    subjects = set(
        db.scalars(
            select(Subject.id).where(
                Subject.campus_id == section.campus_id,
                Subject.class_id.is_(None) | (Subject.class_id == section.class_id),
            )
        )
    )
    if any(lesson.subject_id not in subjects for lesson in lessons.values()):
        raise OtherCampus(field="subject_id")


def _assign(db: Session, section: Section, lessons: Week) -> None:
    known = {
        (row.subject_id, row.staff_id)
        for row in db.scalars(select(TeacherSubject).where(TeacherSubject.section_id == section.id))
    }
    wanted = {(each.subject_id, each.staff_id) for each in lessons.values() if each.staff_id} - known
    for subject_id, staff_id in wanted:
        check_staff(section.campus_id, staff_id, "staff_id")
        db.add(
            TeacherSubject(
                campus_id=section.campus_id, section_id=section.id, subject_id=subject_id, staff_id=staff_id
            )
        )


# --- substitutes


def name_substitute(actor: Actor, section_id: UUID, on: date, period: int, staff_id: UUID) -> UUID:
    """Name who stands in on a day: in one lesson of a section, or with `period` 0 for its class teacher the whole day.

    Naming the same person again changes nothing. Raises NotFound, Forbidden, OtherCampus, NoLessonThen where nothing
    is taught, OneselfNamed, AnotherNamed.
    """
    with transaction() as db:
        section = locked_record(
            db,
            actor,
            Section,
            section_id,
            edit=Permission.SUBSTITUTES_EDIT,
            read=Permission.ACADEMICS_READ,
        )
        check_staff(section.campus_id, staff_id, "staff_id")
        instead_of = _whose(db, section, on, period)
        if staff_id == instead_of:
            raise OneselfNamed
        there = db.scalars(
            select(Substitute).where(
                Substitute.section_id == section_id, Substitute.on == on, Substitute.period == period
            )
        ).one_or_none()
        if there is not None:
            if there.staff_id != staff_id:
                raise AnotherNamed
            return there.id
        row = Substitute(
            campus_id=section.campus_id,
            section_id=section_id,
            on=on,
            period=period,
            staff_id=staff_id,
            instead_of_id=instead_of,
            named_by=actor.user_id,
        )
        db.add(row)
        db.flush()
        record(actor, "substitute.named", "section", section_id, campus_id=row.campus_id, new=_named(row))
    return row.id


def _whose(db: Session, section: Section, on: date, period: int) -> UUID | None:
    """Whose place it is: the teacher's of the lesson, the class teacher's of the day. Raises NoLessonThen."""
    if not day_verdict(section.campus_id, on).is_school_day:
        raise NoLessonThen
    if period == WHOLE_DAY:
        return section.class_teacher_id
    lesson = db.scalars(
        select(Lesson).where(
            Lesson.section_id == section.id, Lesson.weekday == on.isoweekday(), Lesson.period == period
        )
    ).one_or_none()
    if lesson is None:
        raise NoLessonThen
    return lesson.staff_id


def _named(row: Substitute) -> dict[str, Any]:
    return {"date": row.on, "period": row.period, "staff": row.staff_id, "instead_of": row.instead_of_id}


def take_back_substitute(actor: Actor, substitute_id: UUID) -> tuple[UUID, date]:
    """Undo a naming; from this moment the section is closed to them again. Returns campus and day. Raises NotFound,
    Forbidden."""
    with transaction() as db:
        row = db.get(Substitute, substitute_id, with_for_update=True)
        if row is None:
            raise NotFound
        ensure_may(actor, Permission.SUBSTITUTES_EDIT, row.campus_id, to_read=Permission.ACADEMICS_READ)
        campus_id, on = row.campus_id, row.on
        record(
            actor,
            "substitute.taken_back",
            "section",
            row.section_id,
            campus_id=campus_id,
            old=_named(row),
        )
        db.delete(row)
    return campus_id, on
