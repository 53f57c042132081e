"""Leave that families ask for, and what they are told of a day.

Revision: 0030
Follows: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")


def upgrade() -> None:
    """Three tables; nothing of the release before is touched."""
    op.create_table(
        "leave_cases",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("campus_id", sa.Uuid(), sa.ForeignKey("campuses.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("student_id", sa.Uuid(), sa.ForeignKey("students.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("words", sa.String(500), server_default="", nullable=False),
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("files.id", ondelete="SET NULL")),
        sa.Column("state", sa.String(24), server_default="asked", nullable=False),
        sa.Column("asked_by", sa.Uuid(), sa.ForeignKey("users.id", ondelete="RESTRICT")),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("answer", sa.String(300), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("users.id", ondelete="RESTRICT")),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column(
            "excused_days", postgresql.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_leave_cases_days")),
        sa.CheckConstraint(
            "reason IN ('ill', 'family', 'religious', 'other')", name=op.f("ck_leave_cases_reason")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined', 'withdrawn')", name=op.f("ck_leave_cases_state")
        ),
    )
    op.create_index(op.f("ix_leave_cases_file_id"), "leave_cases", ["file_id"])
    op.create_index(op.f("ix_leave_cases_student_id_last_on"), "leave_cases", ["student_id", "last_on"])
    op.create_index(
        "ix_leave_cases_waiting",
        "leave_cases",
        ["campus_id", "first_on"],
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(op.f("ix_leave_cases_campus_id_answered_at"), "leave_cases", ["campus_id", "answered_at"])
    op.create_table(
        "absence_notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("campus_id", sa.Uuid(), sa.ForeignKey("campuses.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("student_id", sa.Uuid(), sa.ForeignKey("students.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("word", sa.String(24), nullable=False),
        sa.Column("times", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "word IN ('nothing', 'absent', 'not_absent')", name=op.f("ck_absence_notices_word")
        ),
        sa.UniqueConstraint("student_id", "date", name=op.f("uq_absence_notices_student_id_date")),
    )
    op.create_index(op.f("ix_absence_notices_date"), "absence_notices", ["date"])
    op.create_table(
        "notice_ways",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "guardian_id", sa.Uuid(), sa.ForeignKey("guardians.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'sms')", name=op.f("ck_notice_ways_channel")),
        sa.UniqueConstraint("guardian_id", name=op.f("uq_notice_ways_guardian_id")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("notice_ways")
    op.drop_table("absence_notices")
    op.drop_table("leave_cases")
