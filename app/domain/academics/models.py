"""The tables of campuses, years, classes, sections, subjects, enrolments and the calendar."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.academics.types import DayKind, EnrolmentStatus, RegisterKind, Shift
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class Campus(Keyed, Timestamped, Versioned, Base):
    """A place of the school, and the boundary of isolation."""

    __tablename__ = "campuses"

    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    address: Mapped[LocalText] = mapped_column(LocalTextType, default=LocalText())
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(255))
    eiin: Mapped[str | None] = mapped_column(String(6))
    rest_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), default=lambda: [5, 6])
    """ISO weekdays without school: 5 is Friday, 6 is Saturday."""
    source_id: Mapped[str | None] = mapped_column(String(120), unique=True)


class AcademicYear(Keyed, Timestamped, Versioned, Base):
    """A school year of a campus."""

    __tablename__ = "academic_years"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(50))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    is_current: Mapped[bool] = mapped_column(default=False)
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("campus_id", "name"),
        UniqueConstraint("campus_id", "source_id"),
        CheckConstraint("starts_on < ends_on", name="order"),
        Index("uq_academic_years_current", "campus_id", unique=True, postgresql_where=text("is_current")),
    )


class Term(Keyed, Timestamped, Versioned, Base):
    """A part of a school year."""

    __tablename__ = "terms"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    academic_year_id: Mapped[UUID] = mapped_column(
        ForeignKey("academic_years.id", ondelete="RESTRICT"), index=True
    )
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (CheckConstraint("starts_on < ends_on", name="order"),)


class SchoolClass(Keyed, Timestamped, Versioned, Base):
    """A class of a campus, such as Class Six. It stays from year to year; its sections do not."""

    __tablename__ = "classes"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    level: Mapped[int] = mapped_column(SmallInteger)
    """Order of the classes: Play is -2, Nursery -1, KG 0, One 1, ... Twelve 12."""

    __table_args__ = (UniqueConstraint("campus_id", "code"),)


class Section(Keyed, Timestamped, Versioned, Base):
    """A section of a class in one year, with its seats and its class teacher."""

    __tablename__ = "sections"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    academic_year_id: Mapped[UUID] = mapped_column(ForeignKey("academic_years.id", ondelete="RESTRICT"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="RESTRICT"), index=True)
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    code: Mapped[str] = mapped_column(String(20))
    capacity: Mapped[int] = mapped_column(SmallInteger, default=40)
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    class_teacher_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff.id", ondelete="RESTRICT"), index=True
    )
    source_id: Mapped[str | None] = mapped_column(String(120))
    register_kind: Mapped[RegisterKind] = mapped_column(
        enum_column(RegisterKind, "register_kind"), default=RegisterKind.DAILY, server_default="daily"
    )
    has_check_in: Mapped[bool] = mapped_column(default=False, server_default="false")

    __table_args__ = (
        UniqueConstraint("academic_year_id", "class_id", "code"),
        UniqueConstraint("academic_year_id", "source_id"),
        CheckConstraint("capacity between 1 and 200", name="capacity"),
    )


class Subject(Keyed, Timestamped, Versioned, Base):
    """A subject of a campus; its code is unique only within the campus and class."""

    __tablename__ = "subjects"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id", ondelete="RESTRICT"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    is_mandatory: Mapped[bool] = mapped_column(default=True)
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        Index(
            "uq_subjects_campus_id_class_id_code",
            "campus_id",
            "class_id",
            "code",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("campus_id", "source_id"),
    )


class TeacherSubject(Keyed, Timestamped, Base):
    """A teacher assignment: who teaches which subject in which section."""

    __tablename__ = "teacher_subjects"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"), index=True)
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="RESTRICT"))

    __table_args__ = (UniqueConstraint("section_id", "subject_id", "staff_id"),)


class SubjectGroup(Keyed, Timestamped, Base):
    """Students of several sections who are taught one subject together."""

    __tablename__ = "subject_groups"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    academic_year_id: Mapped[UUID] = mapped_column(ForeignKey("academic_years.id", ondelete="RESTRICT"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="RESTRICT"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("academic_year_id", "source_id"),)


class SubjectGroupStudent(Keyed, Timestamped, Base):
    """A student in a subject group."""

    __tablename__ = "subject_group_students"

    subject_group_id: Mapped[UUID] = mapped_column(ForeignKey("subject_groups.id", ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"), index=True)

    __table_args__ = (UniqueConstraint("subject_group_id", "student_id"),)


class SubjectGroupTeacher(Keyed, Timestamped, Base):
    """A teacher of a subject group."""

    __tablename__ = "subject_group_teachers"

    subject_group_id: Mapped[UUID] = mapped_column(ForeignKey("subject_groups.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"), index=True)

    __table_args__ = (UniqueConstraint("subject_group_id", "staff_id"),)


class Enrolment(Keyed, Timestamped, Base):
    """A student in a section for one year, under a roll number."""

    __tablename__ = "enrolments"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    academic_year_id: Mapped[UUID] = mapped_column(ForeignKey("academic_years.id", ondelete="RESTRICT"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="RESTRICT"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    roll_number: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[EnrolmentStatus] = mapped_column(
        enum_column(EnrolmentStatus, "status"), default=EnrolmentStatus.ACTIVE
    )
    enrolled_on: Mapped[date]
    left_on: Mapped[date | None]
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("student_id", "academic_year_id"),
        UniqueConstraint("section_id", "roll_number"),
        UniqueConstraint("academic_year_id", "source_id"),
        CheckConstraint("roll_number > 0", name="roll_number"),
    )


class CalendarEntry(Keyed, Timestamped, Versioned, Base):
    """A holiday, an event, or a school day on a rest day. Both ends belong to it."""

    __tablename__ = "calendar_entries"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(enum_column(DayKind, "kind"))
    name: Mapped[LocalText] = mapped_column(LocalTextType)

    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="order"),
        Index(None, "campus_id", "starts_on", "ends_on"),
    )
