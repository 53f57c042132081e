"""Let pupils check in: windows of a few minutes, and who used them.

Revision: 0032
Follows: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables; nothing of the release before is touched."""
    op.create_table(
        "checkin_windows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("period", sa.SmallInteger(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_windows")),
        sa.ForeignKeyConstraint(
            ["campus_id"],
            ["campuses.id"],
            name=op.f("fk_checkin_windows_campus_id_campuses"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["sections.id"],
            name=op.f("fk_checkin_windows_section_id_sections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("fk_checkin_windows_opened_by_users"), ondelete="RESTRICT"
        ),
    )
    op.create_index(op.f("ix_checkin_windows_campus_id"), "checkin_windows", ["campus_id"])
    op.create_index(op.f("ix_checkin_windows_section_id_date"), "checkin_windows", ["section_id", "date"])
    op.create_index(
        "uq_checkin_windows_open",
        "checkin_windows",
        ["section_id", "date", "period"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "checkin_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("struck_by", sa.Uuid(), nullable=True),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_entries")),
        sa.UniqueConstraint("window_id", "student_id", name=op.f("uq_checkin_entries_window_id_student_id")),
        sa.CheckConstraint(
            "status IN ('present', 'absent', 'late', 'excused')", name=op.f("ck_checkin_entries_status")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["checkin_windows.id"],
            name=op.f("fk_checkin_entries_window_id_checkin_windows"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_checkin_entries_student_id_students"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["struck_by"], ["users.id"], name=op.f("fk_checkin_entries_struck_by_users"), ondelete="RESTRICT"
        ),
    )
    op.create_index(op.f("ix_checkin_entries_student_id"), "checkin_entries", ["student_id"])


def downgrade() -> None:
    """Without them."""
    op.drop_table("checkin_entries")
    op.drop_table("checkin_windows")
