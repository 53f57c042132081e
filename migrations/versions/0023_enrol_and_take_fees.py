"""Keep what an enrolment made, the papers of students, and what families paid for applying.

Revision: 0023
Follows: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATES = (
    "draft",
    "submitted",
    "under_review",
    "shortlisted",
    "waitlisted",
    "offered",
    "accepted",
    "enrolled",
    "rejected",
    "withdrawn",
    "expired",
)
_PAPERS = (
    "birth_certificate",
    "photo",
    "guardian_nid",
    "previous_result",
    "transfer_certificate",
    "registration_card",
    "residence_proof",
    "freedom_fighter_paper",
    "disability_paper",
    "employment_paper",
    "sibling_paper",
    "transfer_order",
)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _points(table: str, column: str, to: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _stamps() -> tuple[sa.Column[object], sa.Column[object]]:
    now = sa.text("now()")
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    )


def upgrade() -> None:
    """Apply."""
    op.create_index(
        op.f("ix_students_birth_registration_no"), "students", ["birth_registration_no"], unique=False
    )
    _keep_enrolments()
    _keep_papers()
    _keep_fees()


def _keep_enrolments() -> None:
    table = "application_enrolments"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", _words("from_status", *_STATES), nullable=False),
        sa.Column("made", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        *_stamps(),
        _points(table, "application_id", "admission_applications"),
        _points(table, "enrolled_by", "users"),
        _points(table, "undone_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_enrolments")),
    )
    op.create_index(op.f("ix_application_enrolments_application_id"), table, ["application_id"])
    op.create_index(
        "uq_application_enrolments_in_force",
        table,
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )


def _keep_papers() -> None:
    table = "student_papers"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", _words("document_type", *_PAPERS), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        *_stamps(),
        _points(table, "student_id", "students"),
        _points(table, "file_id", "files"),
        _points(table, "application_id", "admission_applications", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_papers")),
        sa.UniqueConstraint("file_id", name=op.f("uq_student_papers_file_id")),
        sa.UniqueConstraint(
            "student_id", "document_type", name=op.f("uq_student_papers_student_id_document_type")
        ),
    )
    op.create_index(op.f("ix_student_papers_application_id"), table, ["application_id"])


def _keep_fees() -> None:
    table = "application_fees"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("method", _words("method", "cash", "bank_slip", "online", "waiver"), nullable=False),
        sa.Column("number", sa.String(60), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", _words("state", "recorded", "confirmed", "cancelled"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        *_stamps(),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_application_fees_amount")),
        sa.CheckConstraint("recorded_by <> confirmed_by", name=op.f("ck_application_fees_two_people")),
        sa.CheckConstraint(
            "state <> 'cancelled' or cancel_reason is not null",
            name=op.f("ck_application_fees_cancelled_why"),
        ),
        sa.CheckConstraint(
            "method <> 'waiver' or reason is not null", name=op.f("ck_application_fees_waived_why")
        ),
        _points(table, "campus_id", "campuses"),
        _points(table, "application_id", "admission_applications"),
        _points(table, "file_id", "files"),
        _points(table, "recorded_by", "users"),
        _points(table, "confirmed_by", "users"),
        _points(table, "cancelled_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_fees")),
        sa.UniqueConstraint("file_id", name=op.f("uq_application_fees_file_id")),
    )
    op.create_index(op.f("ix_application_fees_application_id"), table, ["application_id"])
    op.create_index(op.f("ix_application_fees_campus_id_recorded_at"), table, ["campus_id", "recorded_at"])
    valid = sa.text("state <> 'cancelled'")
    op.create_index(
        "uq_application_fees_valid", table, ["application_id"], unique=True, postgresql_where=valid
    )
    op.create_index(
        "uq_application_fees_number",
        table,
        ["campus_id", "method", "number"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled' and number is not null"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("application_fees")
    op.drop_table("student_papers")
    op.drop_table("application_enrolments")
    op.drop_index(op.f("ix_students_birth_registration_no"), table_name="students")
