"""Say more of a pupil on a day, keep how it came to be, and let a register be begun before it is taken.

Revision: 0028
Follows: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_STAMP = sa.DateTime(timezone=True)
_SOURCES = ("tap", "form", "leave", "check_in", "import", "undo")


def upgrade() -> None:
    """Apply. What the release before writes is a finished register whose marks have their first version."""
    op.add_column(
        "attendance_registers",
        sa.Column("is_taken", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "attendance", sa.Column("version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("attendance", sa.Column("late_minutes", sa.SmallInteger(), nullable=True))
    op.add_column("attendance", sa.Column("left_at", sa.Time(), nullable=True))
    op.create_check_constraint(
        op.f("ck_attendance_late_minutes"),
        "attendance",
        "late_minutes IS NULL OR (status = 'late' AND late_minutes BETWEEN 1 AND 600)",
    )
    op.create_check_constraint(
        op.f("ck_attendance_left_at"), "attendance", "left_at IS NULL OR status IN ('present', 'late')"
    )
    _changes()
    op.create_table(
        "attendance_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("cut_off", sa.Time(), nullable=False),
        sa.Column("tells_families", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.SmallInteger(), nullable=False),
        sa.Column("absent_days", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("threshold BETWEEN 1 AND 100", name=op.f("ck_attendance_rules_threshold")),
        sa.CheckConstraint("absent_days BETWEEN 2 AND 30", name=op.f("ck_attendance_rules_absent_days")),
        sa.ForeignKeyConstraint(
            ["campus_id"],
            ["campuses.id"],
            name=op.f("fk_attendance_rules_campus_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_rules")),
        sa.UniqueConstraint("campus_id", name=op.f("uq_attendance_rules_campus_id")),
    )
    op.create_table(
        "register_locks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("locked_by", sa.Uuid(), nullable=True),
        sa.Column("locked_at", _STAMP, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_register_locks_month")),
        sa.ForeignKeyConstraint(
            ["campus_id"], ["campuses.id"], name=op.f("fk_register_locks_campus_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["locked_by"], ["users.id"], name=op.f("fk_register_locks_locked_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_locks")),
        sa.UniqueConstraint("campus_id", "month", name=op.f("uq_register_locks_campus_id_month")),
    )


def _changes() -> None:
    op.create_table(
        "attendance_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("period", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("old", _JSON, nullable=True),
        sa.Column("new", _JSON, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column(
            "source",
            sa.Enum(*_SOURCES, name="source", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("said_at", _STAMP, nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", _STAMP, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name=op.f("fk_attendance_changes_changed_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["register_id"],
            ["attendance_registers.id"],
            name=op.f("fk_attendance_changes_register_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_attendance_changes_student_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_changes")),
    )
    op.create_index(op.f("ix_attendance_changes_register_id"), "attendance_changes", ["register_id"])
    op.create_index(
        op.f("ix_attendance_changes_student_id_date_period"),
        "attendance_changes",
        ["student_id", "date", "period"],
    )


def downgrade() -> None:
    """Go back. A register that was only begun is forgotten, as the release before would call it taken."""
    op.drop_table("register_locks")
    op.drop_table("attendance_rules")
    op.drop_table("attendance_changes")
    op.execute("DELETE FROM attendance_registers WHERE NOT is_taken")
    for column in ("left_at", "late_minutes", "version"):
        op.drop_column("attendance", column)
    op.drop_column("attendance_registers", "is_taken")
