"""Keep what an applicant's score is made of: parts, who marks them, marks, rules for ties, slots and seats.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _kept(*, versioned: bool = True) -> list[sa.Column]:
    now = sa.text("now()")
    moments = [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    ]
    version = sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    return [*moments, version] if versioned else moments


def _key(table: str, column: str, target: str, *, nullable: bool = False, ondelete: str = "RESTRICT") -> list:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
        ),
    ]


def _table(name: str, *parts: object) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *parts,
    )


def upgrade() -> None:
    """Apply."""
    parts, markers, marks = "admission_score_parts", "admission_score_markers", "admission_score_marks"
    ties, slots, sittings = "admission_score_ties", "admission_score_slots", "admission_score_sittings"
    kind = sa.Enum(
        "test",
        "viva",
        "review",
        "previous",
        name="kind",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    _table(
        parts,
        *_key(parts, "campus_id", "campuses"),
        *_key(parts, "seat_id", "admission_seats", ondelete="CASCADE"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("full_marks", sa.Numeric(6, 2), nullable=False),
        sa.Column("weight", sa.Numeric(6, 2), nullable=False),
        sa.Column("pass_mark", sa.Numeric(6, 2), nullable=True),
        sa.Column("apart", sa.Numeric(6, 2), nullable=True),
        sa.Column("criteria", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        *_kept(),
        sa.CheckConstraint("full_marks > 0 and weight >= 0", name=op.f(f"ck_{parts}_marks")),
        sa.CheckConstraint("pass_mark between 0 and full_marks", name=op.f(f"ck_{parts}_pass")),
    )
    _table(
        markers,
        *_key(markers, "part_id", parts, ondelete="CASCADE"),
        *_key(markers, "user_id", "users"),
        sa.Column("is_third", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *_kept(versioned=False),
        sa.UniqueConstraint("part_id", "user_id", name=op.f(f"uq_{markers}_part_id_user_id")),
    )
    _table(
        marks,
        *_key(marks, "part_id", parts),
        *_key(marks, "application_id", "admission_applications"),
        *_key(marks, "user_id", "users", nullable=True),
        sa.Column("mark", sa.Numeric(6, 2), nullable=True),
        sa.Column("is_absent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("points", postgresql.JSONB(), nullable=True),
        *_kept(),
        sa.UniqueConstraint(
            "part_id",
            "application_id",
            "user_id",
            name=op.f(f"uq_{marks}_part_id_application_id_user_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("(mark is null) = is_absent", name=op.f(f"ck_{marks}_absent")),
        sa.CheckConstraint("mark >= 0", name=op.f(f"ck_{marks}_mark")),
    )
    _table(
        ties,
        *_key(ties, "campus_id", "campuses"),
        *_key(ties, "seat_id", "admission_seats", ondelete="CASCADE"),
        sa.Column("rules", postgresql.ARRAY(sa.String(60)), server_default=sa.text("'{}'"), nullable=False),
        *_kept(),
        sa.UniqueConstraint("seat_id", name=op.f(f"uq_{ties}_seat_id")),
    )
    _table(
        slots,
        *_key(slots, "campus_id", "campuses"),
        *_key(slots, "part_id", parts, ondelete="CASCADE"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", postgresql.JSONB(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        *_kept(),
        sa.CheckConstraint("starts_at < ends_at", name=op.f(f"ck_{slots}_order")),
        sa.CheckConstraint("seats between 1 and 2000", name=op.f(f"ck_{slots}_seats")),
    )
    _table(
        sittings,
        *_key(sittings, "part_id", parts),
        *_key(sittings, "slot_id", slots),
        *_key(sittings, "application_id", "admission_applications"),
        sa.Column("seat_number", sa.SmallInteger(), nullable=False),
        *_kept(),
        sa.UniqueConstraint("slot_id", "seat_number", name=op.f(f"uq_{sittings}_slot_id_seat_number")),
        sa.UniqueConstraint("part_id", "application_id", name=op.f(f"uq_{sittings}_part_id_application_id")),
        sa.CheckConstraint("seat_number >= 1", name=op.f(f"ck_{sittings}_seat")),
    )
    for table, column in (
        (parts, "seat_id"),
        (markers, "user_id"),
        (marks, "application_id"),
        (slots, "part_id"),
        (sittings, "application_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Undo."""
    for name in ("sittings", "slots", "ties", "marks", "markers", "parts"):
        op.drop_table(f"admission_score_{name}")
