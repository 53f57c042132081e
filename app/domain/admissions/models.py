"""The tables of admission cycles, applications, their documents and their history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.academics.types import Shift
from app.domain.admissions.columns import PaperKindType
from app.domain.admissions.entry.types import SectionRule
from app.domain.admissions.types import ApplicationStatus, CycleState, DocumentKind, EventKind, Method
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender, Relationship

_PAPERS = ARRAY(String(24))
_NONE = text("'{}'")
_EMPTY = text("'{}'")


class AdmissionCycle(Keyed, Timestamped, Versioned, Base):
    """One intake of a campus for one academic year, and what is decided for all its classes.

    A year may have several intakes, told apart by their names; the release before knows one, which has none.
    """

    __tablename__ = "admission_cycles"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    academic_year_id: Mapped[UUID] = mapped_column(ForeignKey("academic_years.id", ondelete="RESTRICT"))
    name: Mapped[LocalText] = mapped_column(LocalTextType, default=LocalText(), server_default=_EMPTY)
    """What this intake is called beside the others of the year; empty for the main one."""
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    # What the release before writes has no state: it was open to families from its first day.
    state: Mapped[CycleState] = mapped_column(
        enum_column(CycleState, "state"), server_default=CycleState.PUBLISHED.value
    )
    published_at: Mapped[datetime | None]
    method: Mapped[Method | None] = mapped_column(enum_column(Method, "method"))
    fee: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    section_most: Mapped[int | None] = mapped_column(SmallInteger)
    age_from_on: Mapped[date | None]
    age_to_on: Mapped[date | None]
    papers: Mapped[list[str]] = mapped_column(_PAPERS, server_default=text("'{birth_certificate,photo}'"))
    """Kinds of papers that every child brings."""
    spare_papers: Mapped[list[str]] = mapped_column(_PAPERS, server_default=_NONE)
    """Kinds that, wherever they are asked for, may be left out."""
    offer_days: Mapped[int] = mapped_column(SmallInteger, default=7, server_default="7")
    """So many days after the one on which it was made an offer can still be answered."""
    list_moves: Mapped[bool] = mapped_column(default=True, server_default="true")
    """Whether a seat that falls free is offered to the next on the waiting list by itself."""

    __table_args__ = (
        UniqueConstraint("campus_id", "academic_year_id", "name"),
        CheckConstraint("opens_on <= closes_on", name="order"),
        CheckConstraint("fee >= 0", name="fee"),
        CheckConstraint("offer_days between 1 and 90", name="offer_days"),
    )


class AdmissionSeat(Keyed, Timestamped, Versioned, Base):
    """A class that takes applications in a cycle, how many seats it has in all its parts, and what is decided for it
    alone: where method, fee or a day is missing, that of the cycle holds (`cycles.rules.terms_for`)."""

    __tablename__ = "admission_seats"

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("admission_cycles.id", ondelete="CASCADE"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="RESTRICT"))
    seats: Mapped[int] = mapped_column(SmallInteger)
    age_from: Mapped[int | None] = mapped_column(SmallInteger)
    """Whole years, for the release before, which reads no months."""
    age_to: Mapped[int | None] = mapped_column(SmallInteger)
    age_from_months: Mapped[int | None] = mapped_column(SmallInteger)
    age_to_months: Mapped[int | None] = mapped_column(SmallInteger)
    papers: Mapped[list[str]] = mapped_column(_PAPERS, server_default=_NONE)
    """Kinds of papers that this class asks for besides."""
    method: Mapped[Method | None] = mapped_column(enum_column(Method, "method"))
    fee: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    age_from_on: Mapped[date | None]
    age_to_on: Mapped[date | None]
    section_rule: Mapped[SectionRule] = mapped_column(
        enum_column(SectionRule, "section_rule"),
        default=SectionRule.EVEN,
        server_default=SectionRule.EVEN.value,
    )
    """How enrolment chooses a section, unless somebody says otherwise there."""

    __table_args__ = (
        UniqueConstraint("cycle_id", "class_id"),
        CheckConstraint("seats >= 0", name="seats"),
        CheckConstraint("age_from <= age_to", name="ages"),
        CheckConstraint("age_from_months <= age_to_months", name="months"),
        CheckConstraint("fee >= 0", name="fee"),
    )


class AdmissionSeatPart(Keyed, Timestamped, Base):
    """Some of the seats of a class: those of one section, of one shift, or of all that are not told apart."""

    __tablename__ = "admission_seat_parts"

    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """What the section will be called; the sections of a year to come need not be there yet."""
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    seats: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("seat_id", "section", "shift", postgresql_nulls_not_distinct=True),
        CheckConstraint("seats between 1 and 1000", name="seats"),
    )


class AdmissionQuota(Keyed, Timestamped, Versioned, Base):
    """A share of the seats of every class of a cycle, and what proves that a child belongs to it."""

    __tablename__ = "admission_quotas"

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("admission_cycles.id", ondelete="CASCADE"), index=True)
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    papers: Mapped[list[str]] = mapped_column(_PAPERS, server_default=_NONE)
    relief_months: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """So much older than the rule of the class may a child be who claims it."""

    __table_args__ = (
        CheckConstraint("percent > 0 and percent <= 100", name="percent"),
        CheckConstraint("relief_months between 0 and 240", name="relief"),
    )


class Application(Keyed, Timestamped, Versioned, Base):
    """A family's application for one child. Until it is sent every answer may be missing."""

    __tablename__ = "admission_applications"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("admission_cycles.id", ondelete="RESTRICT"), index=True)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id", ondelete="RESTRICT"), index=True)
    reference: Mapped[str | None] = mapped_column(String(20), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Hash of the private link by which the family comes back to its draft."""
    locale: Mapped[str] = mapped_column(String(5), default="bn")
    status: Mapped[ApplicationStatus] = mapped_column(
        enum_column(ApplicationStatus, "status"), default=ApplicationStatus.DRAFT
    )

    child_name_en: Mapped[str | None] = mapped_column(String(200))
    child_name_bn: Mapped[str | None] = mapped_column(String(200))
    child_name_ar: Mapped[str | None] = mapped_column(String(200))
    born_on: Mapped[date | None]
    gender: Mapped[Gender | None] = mapped_column(enum_column(Gender, "gender"))
    birth_registration_no: Mapped[str | None] = mapped_column(String(20), index=True)
    guardian_name_en: Mapped[str | None] = mapped_column(String(200))
    guardian_name_bn: Mapped[str | None] = mapped_column(String(200))
    guardian_name_ar: Mapped[str | None] = mapped_column(String(200))
    relationship: Mapped[Relationship | None] = mapped_column(enum_column(Relationship, "relationship"))
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    email: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(String(60))
    previous_school: Mapped[str | None] = mapped_column(String(200))
    previous_class: Mapped[str | None] = mapped_column(String(60))
    quota_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=_NONE)
    """The quotas of the cycle that the family claims."""
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    """The shift the family applies for, where the class has seats in more than one."""
    form_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("admission_form_versions.id", ondelete="RESTRICT")
    )
    """The form it is filled in with; none is the form that comes with the product."""
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=_EMPTY)
    """What was answered to the school's own questions, by their keys."""
    resume_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Hash of the link that was made by a code on the family's phone. The private link works beside it."""

    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    decision_reason: Mapped[str | None] = mapped_column(Text)
    student_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("students.id", ondelete="RESTRICT"), unique=True
    )
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """The officer who looks after it."""
    search_key: Mapped[str] = mapped_column(Text, default="", server_default="")

    __table_args__ = (
        CheckConstraint("status in ('draft', 'expired') or reference is not null", name="sent_has_reference"),
        CheckConstraint("status <> 'enrolled' or student_id is not null", name="enrolled_has_student"),
        Index(None, "campus_id", "status", "submitted_at"),
        Index(None, "cycle_id", "submitted_at", "id"),
        # How many of a cycle stand in each state is counted from here alone.
        Index(
            "ix_admission_applications_counted",
            "cycle_id",
            "status",
            "campus_id",
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index(None, "born_on"),
    )


class ApplicationDocument(Keyed, Timestamped, Base):
    """A paper of an application. A new one of the same kind replaces the old."""

    __tablename__ = "application_documents"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("admission_applications.id", ondelete="CASCADE"))
    document_type: Mapped[DocumentKind] = mapped_column(PaperKindType)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), unique=True)
    refusal_told_at: Mapped[datetime | None]
    """When the family was written to because the check refused this paper."""

    __table_args__ = (
        UniqueConstraint("application_id", "document_type"),
        CheckConstraint("document_type ~ '^[a-z][a-z_0-9]{1,23}$'", name="document_type"),
    )


class ApplicationEvent(Keyed, Base):
    """A line of an application's history: what the family and the office see of it."""

    __tablename__ = "application_events"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind, "kind"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    from_status: Mapped[ApplicationStatus | None] = mapped_column(
        enum_column(ApplicationStatus, "from_status")
    )
    to_status: Mapped[ApplicationStatus | None] = mapped_column(enum_column(ApplicationStatus, "to_status"))
    note: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
