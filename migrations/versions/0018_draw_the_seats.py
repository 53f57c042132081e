"""Keep draws of seats: the list as it was fixed, what it waits for, and what came out for each ticket.

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _json() -> postgresql.JSONB:
    return postgresql.JSONB(astext_type=sa.Text())


def _act(verb: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{verb}_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(f"{verb}_by", sa.Uuid(), nullable=True),
    ]


def _points(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_admission_draws_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    """Apply."""
    now = sa.text("now()")
    op.create_table(
        "admission_draws",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("shift", _words("shift", "morning", "day"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _words("state", "fixed", "announced", "drawn", "cancelled"), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("quotas", _json(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("list_hash", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("source", _json(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("public_value", sa.String(length=100), nullable=True),
        sa.Column("reason", _json(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fixed_by", sa.Uuid(), nullable=False),
        *_act("announced"),
        *_act("drawn"),
        *_act("cancelled"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('fixed', 'cancelled') or known_on is not null",
            name=op.f("ck_admission_draws_announced"),
        ),
        sa.CheckConstraint(
            "state <> 'drawn' or public_value is not null", name=op.f("ck_admission_draws_drawn")
        ),
        sa.CheckConstraint("drawn_by <> fixed_by", name=op.f("ck_admission_draws_two_people")),
        _points("campus_id", "campuses"),
        _points("seat_id", "admission_seats"),
        *(_points(f"{verb}_by", "users") for verb in ("fixed", "announced", "drawn", "cancelled")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_draws")),
        sa.UniqueConstraint("number", name=op.f("uq_admission_draws_number")),
    )
    op.create_index(
        "uq_admission_draws_standing",
        "admission_draws",
        ["seat_id", "shift"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "admission_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("quotas", postgresql.ARRAY(sa.String(length=8)), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=8), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_admission_tickets_number")),
        sa.ForeignKeyConstraint(
            ["draw_id"],
            ["admission_draws.id"],
            name=op.f("fk_admission_tickets_draw_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["admission_applications.id"],
            name=op.f("fk_admission_tickets_application_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_tickets")),
    )
    op.create_index(op.f("ix_admission_tickets_application_id"), "admission_tickets", ["application_id"])
    for column in ("number", "rank"):
        name = op.f(f"ix_admission_tickets_draw_id_{column}")
        op.create_index(name, "admission_tickets", ["draw_id", column], unique=True)


def downgrade() -> None:
    """Undo."""
    op.drop_table("admission_tickets")
    op.drop_table("admission_draws")
