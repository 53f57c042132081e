"""Keep the order in which the seats of a class are given, and the shift a family applies for.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply."""
    now = sa.text("now()")
    op.add_column(
        "admission_applications", sa.Column("shift", _words("shift", "morning", "day"), nullable=True)
    )
    op.create_table(
        "admission_rankings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("shift", _words("shift", "morning", "day"), nullable=True),
        sa.Column("method", _words("method", "lottery", "test", "merit", "first_come"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["campus_id"], ["campuses.id"], name=op.f("fk_admission_rankings_campus_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["admission_seats.id"],
            name=op.f("fk_admission_rankings_seat_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["users.id"],
            name=op.f("fk_admission_rankings_published_by"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_rankings")),
        sa.UniqueConstraint(
            "seat_id",
            "shift",
            name=op.f("uq_admission_rankings_seat_id_shift"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "admission_ranks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ranking_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("working", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_admission_ranks_rank")),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["admission_rankings.id"],
            name=op.f("fk_admission_ranks_ranking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["admission_applications.id"],
            name=op.f("fk_admission_ranks_application_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_ranks")),
        sa.UniqueConstraint("application_id", name=op.f("uq_admission_ranks_application_id")),
    )
    op.create_index(
        op.f("ix_admission_ranks_ranking_id_rank"), "admission_ranks", ["ranking_id", "rank"], unique=True
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("admission_ranks")
    op.drop_table("admission_rankings")
    op.drop_column("admission_applications", "shift")
