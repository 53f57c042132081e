"""Writes of the academics feature: one verb, one transaction."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.domain.academics.models import Enrolment, Section
from app.domain.academics.types import AlreadyEnrolled, EnrolmentStatus, SectionFull
from app.domain.audit.services import record
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.uow import transaction


def enrol_student(
    actor: Actor,
    student_id: UUID,
    section_id: UUID,
    *,
    enrolled_on: date,
    roll_number: int | None = None,
    source_id: str | None = None,
) -> tuple[UUID, int]:
    """Seat a student in a section for its year. Returns the enrolment and the roll number.

    The section's row is locked until the transaction ends: of 200 officers at once for 30 seats,
    30 enrol and 170 are told. The roll number is the next free one where none is given.

    Raises SectionFull, AlreadyEnrolled, NotFound.
    """
    with transaction() as db:
        section = db.scalars(select(Section).where(Section.id == section_id).with_for_update()).one_or_none()
        if section is None:
            raise NotFound
        taken, last_roll = db.execute(
            select(
                func.count().filter(Enrolment.status == EnrolmentStatus.ACTIVE),
                func.coalesce(func.max(Enrolment.roll_number), 0),
            ).where(Enrolment.section_id == section_id)
        ).one()
        if taken >= section.capacity:
            raise SectionFull(section=section.code, capacity=section.capacity)
        enrolment = Enrolment(
            campus_id=section.campus_id,
            academic_year_id=section.academic_year_id,
            section_id=section_id,
            student_id=student_id,
            roll_number=roll_number or last_roll + 1,
            enrolled_on=enrolled_on,
            source_id=source_id,
        )
        try:
            with db.begin_nested():
                db.add(enrolment)
        except IntegrityError as error:
            raise AlreadyEnrolled from error
        record(
            actor,
            "student.enrolled",
            "student",
            student_id,
            campus_id=section.campus_id,
            new={
                "section": section_id,
                "year": section.academic_year_id,
                "roll_number": enrolment.roll_number,
            },
        )
    return enrolment.id, enrolment.roll_number
