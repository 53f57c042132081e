"""Who sits in which section, who teaches it, and who is in which subject group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select

from app.db import new_id
from app.domain.academics.importing.places import MOST_SEATS
from app.domain.academics.importing.report import Outcome
from app.domain.academics.importing.run import Missing, Run
from app.domain.academics.models import (
    AcademicYear,
    Enrolment,
    Section,
    SubjectGroup,
    SubjectGroupStudent,
    SubjectGroupTeacher,
)
from app.domain.academics.types import EnrolmentStatus
from app.domain.audit.services import record
from app.domain.kernel.names import sort_key
from app.domain.people.importing import Part
from app.integrations.oneroster import Membership, Seat
from app.uow import session

_KIND: Final = "enrolment"


def _part(run: Run, user: str, part: Part) -> UUID:
    """The key of somebody as a student or as staff. Raises Missing."""
    stored = run.people.get(user)
    if stored is None or part not in stored.keys:
        raise run.missing("user", user)
    return stored.keys[part]


def store_class_teachers(run: Run) -> None:
    """Give each section its class teacher. A second one for the same section is refused."""
    kind = "class teacher"
    given: dict[str, str] = {}
    for head in run.plan.head_teachers:
        name = run.names.get(head.user_id, head.user_id)
        try:
            section = _section(run, head.room_id)
            teacher = _part(run, head.user_id, Part.STAFF)
            if given.setdefault(head.room_id, head.user_id) != head.user_id:
                raise Missing(f"section {section.code} has another primary teacher in this bundle")
        except Missing as error:
            run.refuse(head.place, kind, name, str(error))
            continue
        is_new = section.class_teacher_id is None
        changed = run.change("section", section, {"class_teacher_id": teacher}, campus_id=section.campus_id)
        outcome = Outcome.UNCHANGED if not changed else Outcome.CREATED if is_new else Outcome.CHANGED
        run.report.tell(head.place, outcome, kind, name, f"section {section.code}")


def _section(run: Run, room: str) -> Section:
    if room not in run.sections:
        raise run.missing("section", room)
    return run.sections[room]


def store_enrolments(run: Run) -> None:
    """Seat the students of the home rooms.

    Those who are new in a section get the roll numbers after the last one, in the order of their names, and
    the section gets as many seats as it then needs. Nobody who has left here is brought back.
    """
    sections = {section.id: section for section in run.sections.values()}
    # Whoever enrols in the portal waits for these rows: taken last, so that it is for a moment only.
    session().execute(
        select(Section.id).where(Section.id.in_(sections)).order_by(Section.id).with_for_update()
    )
    book = _Book(run, sections)
    for seat in run.plan.seats:
        try:
            section = _section(run, seat.room_id)
            book.place(seat, section, _part(run, seat.user_id, Part.STUDENT))
        except Missing as error:
            run.refuse(seat.place, _KIND, run.names.get(seat.user_id, seat.user_id), str(error))
    book.seat_newcomers()
    book.raise_capacity()
    session().flush()


class _Book:
    """The enrolments of the years in question: those that are there, and those to come."""

    def __init__(self, run: Run, sections: dict[UUID, Section]) -> None:
        self.run = run
        self.sections = sections
        self.years: dict[UUID, AcademicYear] = {year.id: year for year in run.years.values()}
        rows = list(session().scalars(select(Enrolment).where(Enrolment.academic_year_id.in_(self.years))))
        self.by_student = {(row.student_id, row.academic_year_id): row for row in rows}
        self.keys = {(row.academic_year_id, row.source_id) for row in rows}
        self.seen: dict[tuple[UUID, UUID], Seat] = {}
        self.active = Counter(row.section_id for row in rows if row.status is EnrolmentStatus.ACTIVE)
        self.last_roll: dict[UUID, int] = defaultdict(int)
        for row in rows:
            self.last_roll[row.section_id] = max(self.last_roll[row.section_id], row.roll_number)
        self.newcomers: dict[UUID, list[tuple[Seat, UUID, Enrolment | None]]] = defaultdict(list)

    def place(self, seat: Seat, section: Section, student: UUID) -> None:
        """Take up a seat of the plan. Raises Missing."""
        key = (student, section.academic_year_id)
        if key in self.seen:
            raise Missing(f"the student has a home room in this year already ({self.seen[key].place})")
        row = self.by_student.get(key)
        if row is None and (section.academic_year_id, seat.source_id) in self.keys:
            raise Missing("it is another student's enrolment here")
        stays = row is not None and row.section_id == section.id
        if not stays and self._has_ended(seat, section) and row is None:
            self.seen[key] = seat
            self.run.report.tell(seat.place, Outcome.SKIPPED, _KIND, self._name(seat), "ended before today")
            return
        if row is not None and row.status is EnrolmentStatus.LEFT:
            self.seen[key] = seat
            self.run.report.tell(seat.place, Outcome.UNCHANGED, _KIND, self._name(seat), "has left")
            return
        if not stays:
            if self.active[section.id] >= MOST_SEATS:
                raise Missing(f"section {section.code} cannot hold more than {MOST_SEATS} students")
            self.active[section.id] += 1
            if row is not None:
                self.active[row.section_id] -= 1
            self.newcomers[section.id].append((seat, student, row))
        elif row is not None:
            changed = self._update(row, seat, section, {})
            self.run.tell_change(seat.place, _KIND, self._name(seat), changed)
        self.seen[key] = seat

    def seat_newcomers(self) -> None:
        """Give roll numbers in the order of names, section by section."""
        for section_id, some in self.newcomers.items():
            section = self.sections[section_id]
            for seat, student, row in sorted(some, key=lambda one: sort_key(self._name(one[0]))):
                self.last_roll[section_id] += 1
                roll = self.last_roll[section_id]
                if row is None:
                    self._add(seat, section, student, roll)
                else:
                    changed = self._update(
                        row, seat, section, {"section_id": section_id, "roll_number": roll}
                    )
                    self.run.tell_change(seat.place, _KIND, self._name(seat), changed)

    def raise_capacity(self) -> None:
        """Give sections the seats that their students need."""
        for section_id, section in self.sections.items():
            if section_id in self.newcomers and self.active[section_id] > section.capacity:
                new = {"capacity": self.active[section_id]}
                self.run.change("section", section, new, campus_id=section.campus_id)

    def _name(self, seat: Seat) -> str:
        return self.run.names.get(seat.user_id, seat.user_id)

    def _has_ended(self, seat: Seat, section: Section) -> bool:
        """Whether the student left before the year was over."""
        year_ends = self.years[section.academic_year_id].ends_on
        return seat.ends_on is not None and seat.ends_on < min(year_ends, self.run.today)

    def _add(self, seat: Seat, section: Section, student: UUID, roll: int) -> None:
        row = Enrolment(
            id=new_id(),
            campus_id=section.campus_id,
            academic_year_id=section.academic_year_id,
            section_id=section.id,
            student_id=student,
            roll_number=roll,
            enrolled_on=seat.begins_on or self.years[section.academic_year_id].starts_on,
            source_id=seat.source_id,
        )
        session().add(row)
        record(
            self.run.actor,
            "student.enrolled",
            "student",
            student,
            campus_id=section.campus_id,
            new={"section": section.id, "year": section.academic_year_id, "roll_number": roll},
        )
        detail = f"section {section.code}, roll {roll}"
        self.run.report.tell(seat.place, Outcome.CREATED, _KIND, self._name(seat), detail)

    def _update(self, row: Enrolment, seat: Seat, section: Section, new: dict[str, object]) -> list[str]:
        new = {"source_id": seat.source_id, **new}
        if seat.begins_on:
            new["enrolled_on"] = seat.begins_on
        if self._has_ended(seat, section):
            new |= {"status": EnrolmentStatus.LEFT, "left_on": seat.ends_on}
            self.active[row.section_id] -= 1
        return self.run.change(
            "student", row, new, campus_id=section.campus_id, action="enrolment_changed", about=row.student_id
        )


def store_group_students(run: Run) -> None:
    """Put students into their subject groups."""
    existing = session().execute(
        select(SubjectGroupStudent.subject_group_id, SubjectGroupStudent.student_id).where(
            SubjectGroupStudent.subject_group_id.in_({group.id for group in run.groups.values()})
        )
    )
    new = _newcomers(run, run.plan.group_students, set(existing), "student of a group", Part.STUDENT)
    if new:
        session().execute(
            insert(SubjectGroupStudent),
            [{"subject_group_id": group.id, "student_id": key} for group, key in new],
        )
    _log_members(run, new, "students")


def store_group_teachers(run: Run) -> None:
    """Give subject groups their teachers."""
    existing = session().execute(
        select(SubjectGroupTeacher.subject_group_id, SubjectGroupTeacher.staff_id).where(
            SubjectGroupTeacher.subject_group_id.in_({group.id for group in run.groups.values()})
        )
    )
    new = _newcomers(run, run.plan.group_teachers, set(existing), "teacher of a group", Part.STAFF)
    if new:
        session().execute(
            insert(SubjectGroupTeacher),
            [{"subject_group_id": group.id, "staff_id": key} for group, key in new],
        )
    _log_members(run, new, "teachers")


def _newcomers(
    run: Run, members: Sequence[Membership], existing: set[tuple[UUID, UUID]], kind: str, part: Part
) -> list[tuple[SubjectGroup, UUID]]:
    """Who is not in their group yet; everybody is reported. A second row for the same pair is refused."""
    new: list[tuple[SubjectGroup, UUID]] = []
    seen: dict[tuple[UUID, UUID], Membership] = {}
    for member in members:
        name = run.names.get(member.user_id, member.user_id)
        try:
            if member.group_id not in run.groups:
                raise run.missing("subject group", member.group_id)
            group, key = run.groups[member.group_id], _part(run, member.user_id, part)
            first = seen.setdefault((group.id, key), member)
            if first is not member:
                raise Missing(f"stands in {first.place} already")
        except Missing as error:
            run.refuse(member.place, kind, name, str(error))
            continue
        is_there = (group.id, key) in existing
        if not is_there:
            new.append((group, key))
        outcome = Outcome.UNCHANGED if is_there else Outcome.CREATED
        run.report.tell(member.place, outcome, kind, name, f"group {group.code}")
    return new


def _log_members(run: Run, new: Iterable[tuple[SubjectGroup, UUID]], who: str) -> None:
    """One audit entry per group, with all who came into it."""
    groups: dict[UUID, tuple[SubjectGroup, list[UUID]]] = {}
    for group, key in new:
        groups.setdefault(group.id, (group, []))[1].append(key)
    for group, keys in groups.values():
        record(
            run.actor,
            "subject_group.joined",
            "subject_group",
            group.id,
            campus_id=group.campus_id,
            new={who: keys},
        )
