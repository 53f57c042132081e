"""The tables of persons, students, guardians and staff."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    column,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, array
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.people.types import Gender, Relationship, StaffStatus, StudentStatus

PHONE_LENGTH = 20


class Searchable:
    """A table found by its search key: our own normalised words, space between them.

    The words are made by `kernel.names.search_key`, so PostgreSQL's parser, which knows no Bangla,
    is not asked.
    """

    search_key: Mapped[str] = mapped_column(Text, default="", server_default="", sort_order=95)

    @declared_attr
    def search(cls) -> Mapped[Any]:
        return mapped_column(
            TSVECTOR,
            Computed("array_to_tsvector(string_to_array(search_key, ' '))", persisted=True),
            sort_order=96,
        )


_NOTHING: ColumnElement[str] = literal_column("''")
_PLACES = tuple(str(place) for place in range(1, PHONE_LENGTH + 1))


def every_part(phone: Any) -> ColumnElement[Any]:
    """What a phone number holds from each of its characters on, as words of a text search: whatever is a part of the
    number begins one of them, and that a GIN index finds. An index must be built of the very same words.
    """
    rests = [func.substr(func.coalesce(phone, _NOTHING), literal_column(place)) for place in _PLACES]
    return func.array_to_tsvector(func.array_remove(array(rests), _NOTHING))


class Person(Keyed, Timestamped, Versioned, Searchable, Base):
    """A human being, once, whatever they are to the school. One full name per script, never split."""

    __tablename__ = "persons"

    name_en: Mapped[str | None] = mapped_column(String(200))
    name_bn: Mapped[str | None] = mapped_column(String(200))
    name_ar: Mapped[str | None] = mapped_column(String(200))
    born_on: Mapped[date | None]
    gender: Mapped[Gender | None] = mapped_column(enum_column(Gender, "gender"))
    phone: Mapped[str | None] = mapped_column(String(PHONE_LENGTH), index=True)
    email: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("coalesce(name_en, name_bn, name_ar) is not null", name="has_name"),
        Index("ix_persons_search", "search", postgresql_using="gin"),
        Index("ix_persons_phone_parts", every_part(column("phone")), postgresql_using="gin"),
        # A list in the order of the name its reader sees begins at its first line, however many follow.
        Index("ix_persons_called_en", text("coalesce(name_en, name_bn, name_ar)")),
        Index("ix_persons_called_bn", text("coalesce(name_bn, name_en, name_ar)")),
        Index("ix_persons_called_ar", text("coalesce(name_ar, name_en, name_bn)")),
    )


class Student(Keyed, Timestamped, Base):
    """A person who learns here."""

    __tablename__ = "students"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"), unique=True)
    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    student_no: Mapped[str] = mapped_column(String(20), unique=True)
    admitted_on: Mapped[date | None]
    status: Mapped[StudentStatus] = mapped_column(
        enum_column(StudentStatus, "status"), default=StudentStatus.ACTIVE
    )
    birth_registration_no: Mapped[str | None] = mapped_column(String(20), index=True)
    previous_school: Mapped[str | None] = mapped_column(String(200))
    source_id: Mapped[str | None] = mapped_column(String(120))
    """The key of this student in the system the school came from."""

    __table_args__ = (UniqueConstraint("campus_id", "source_id"),)


class Guardian(Keyed, Timestamped, Base):
    """A person who answers for children. Recognised by phone; one guardian for children at several campuses."""

    __tablename__ = "guardians"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"), unique=True)
    occupation: Mapped[str | None] = mapped_column(String(100))
    source_id: Mapped[str | None] = mapped_column(String(120), index=True)


class StudentGuardian(Keyed, Timestamped, Base):
    """Which guardian answers for which student."""

    __tablename__ = "student_guardians"

    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardians.id", ondelete="RESTRICT"), index=True)
    relationship: Mapped[Relationship] = mapped_column(enum_column(Relationship, "relationship"))
    is_primary: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("student_id", "guardian_id"),
        Index("uq_student_guardians_primary", "student_id", unique=True, postgresql_where=text("is_primary")),
    )


class StaffMember(Keyed, Timestamped, Base):
    """A person who works here."""

    __tablename__ = "staff"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"), unique=True)
    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    employee_id: Mapped[str] = mapped_column(String(20), unique=True)
    designation: Mapped[str | None] = mapped_column(String(100))
    joined_on: Mapped[date | None]
    status: Mapped[StaffStatus] = mapped_column(
        enum_column(StaffStatus, "status"), default=StaffStatus.ACTIVE
    )
    source_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("campus_id", "source_id"),)
