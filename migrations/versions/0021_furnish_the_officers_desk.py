"""Furnish the officer's desk: saved filters, who looks after what, milestones, pairs, acts on many.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WHY_NOT = ("already", "not_from_here", "not_there", "moved_on", "letter_left")
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


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _stamped() -> tuple[sa.Column[object], ...]:
    return tuple(
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )


def _to(table: str, column: str, there: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{there}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    """Apply."""
    table = "admission_applications"
    op.add_column(table, sa.Column("assigned_to", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{table}_assigned_to"), table, "users", ["assigned_to"], ["id"], ondelete="RESTRICT"
    )
    op.create_index(op.f(f"ix_{table}_cycle_id_submitted_at_id"), table, ["cycle_id", "submitted_at", "id"])
    op.create_index(op.f(f"ix_{table}_born_on"), table, ["born_on"])
    _add_filters_and_milestones()
    _add_pairs()
    _add_batches()


def _add_filters_and_milestones() -> None:
    table = "admission_saved_filters"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        *_stamped(),
        _to(table, "user_id", "users", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("user_id", "name", name=op.f(f"uq_{table}_user_id_name")),
    )
    table = "admission_milestones"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.SmallInteger(), server_default="1", nullable=False),
        *_stamped(),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("position between 1 and 99", name=op.f(f"ck_{table}_position")),
        _to(table, "cycle_id", "admission_cycles", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_cycle_id"), table, ["cycle_id"])
    table = "application_milestones"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        _moment("at"),
        _to(table, "application_id", "admission_applications", "CASCADE"),
        _to(table, "milestone_id", "admission_milestones", "CASCADE"),
        _to(table, "user_id", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "application_id", "milestone_id", name=op.f(f"uq_{table}_application_id_milestone_id")
        ),
    )
    op.create_index(op.f(f"ix_{table}_milestone_id"), table, ["milestone_id"])


def _add_pairs() -> None:
    table = "application_pairs"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("state", _words("state", "dismissed", "sibling", "merged"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        _moment("at"),
        sa.CheckConstraint("first_id < second_id", name=op.f(f"ck_{table}_order")),
        _to(table, "first_id", "admission_applications", "CASCADE"),
        _to(table, "second_id", "admission_applications", "CASCADE"),
        _to(table, "user_id", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f(f"uq_{table}_first_id_second_id")),
    )
    op.create_index(op.f(f"ix_{table}_second_id"), table, ["second_id"])


def _add_batches() -> None:
    table = "admission_batches"
    acts = ("under_review", "shortlisted", "waitlisted", "rejected", "assign", "note")
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("act", _words("act", *acts), nullable=False),
        sa.Column("text", sa.String(2000), server_default="", nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        _moment("at"),
        _moment("undone_at", nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        _to(table, "campus_id", "campuses", "RESTRICT"),
        *(_to(table, column, "users", "RESTRICT") for column in ("user_id", "officer_id", "undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_campus_id_at"), table, ["campus_id", "at"])
    table = "admission_batch_lines"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", _words("from_status", *_STATES), nullable=False),
        sa.Column("to_status", _words("to_status", *_STATES), nullable=True),
        sa.Column("why_not", _words("why_not", *_WHY_NOT), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after_version", sa.Integer(), nullable=True),
        sa.Column("letters", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        _moment("undone_at", nullable=True),
        sa.Column("undo_refused", _words("undo_refused", *_WHY_NOT), nullable=True),
        _to(table, "batch_id", "admission_batches", "CASCADE"),
        _to(table, "application_id", "admission_applications", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("batch_id", "application_id", name=op.f(f"uq_{table}_batch_id_application_id")),
    )
    op.create_index(op.f(f"ix_{table}_application_id"), table, ["application_id"])


def downgrade() -> None:
    """Undo."""
    for table in (
        "admission_batch_lines",
        "admission_batches",
        "application_pairs",
        "application_milestones",
        "admission_milestones",
        "admission_saved_filters",
    ):
        op.drop_table(table)
    op.drop_index("ix_admission_applications_born_on", "admission_applications")
    op.drop_index("ix_admission_applications_cycle_id_submitted_at_id", "admission_applications")
    op.drop_column("admission_applications", "assigned_to")
