"""Keep bell times, the lessons of a week and who stands in on a day, and let a section say how its register is kept.

Revision: 0029
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, and two columns with a default, so that the release before can go on writing sections."""
    op.add_column(
        "sections", sa.Column("register_kind", sa.String(24), nullable=False, server_default="daily")
    )
    op.add_column(
        "sections", sa.Column("has_check_in", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_check_constraint("register_kind", "sections", "register_kind in ('daily', 'periods')")
    op.create_table(
        "bell_times",
        sa.Column("id", sa.Uuid, primary_key=True),
        _key("campus_id", "campuses.id"),
        sa.Column("shift", sa.String(24)),
        sa.Column("period", sa.SmallInteger, nullable=False),
        sa.Column("starts_at", sa.Time, nullable=False),
        sa.Column("ends_at", sa.Time, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        *_times(),
        _version(),
        sa.CheckConstraint("shift in ('morning', 'day')", name="shift"),
        sa.CheckConstraint("period > 0", name="period"),
        sa.CheckConstraint("starts_at < ends_at", name="order"),
    )
    op.create_index(
        "uq_bell_times_campus_id_shift_period",
        "bell_times",
        ["campus_id", "shift", "period"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "timetable_lessons",
        sa.Column("id", sa.Uuid, primary_key=True),
        _key("campus_id", "campuses.id"),
        _key("section_id", "sections.id", "CASCADE"),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("period", sa.SmallInteger, nullable=False),
        _key("subject_id", "subjects.id"),
        _key("staff_id", "staff.id", nullable=True),
        *_times(),
        _version(),
        sa.UniqueConstraint("section_id", "weekday", "period"),
        sa.CheckConstraint("weekday between 1 and 7", name="weekday"),
        sa.CheckConstraint("period > 0", name="period"),
    )
    _index("timetable_lessons", "subject_id")
    _index("timetable_lessons", "staff_id", "weekday")
    _index("timetable_lessons", "campus_id", "weekday")
    op.create_table(
        "timetable_substitutes",
        sa.Column("id", sa.Uuid, primary_key=True),
        _key("campus_id", "campuses.id"),
        _key("section_id", "sections.id", "CASCADE"),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("period", sa.SmallInteger, nullable=False),
        _key("staff_id", "staff.id"),
        _key("instead_of_id", "staff.id", nullable=True),
        _key("named_by", "users.id", "SET NULL", nullable=True),
        *_times(),
        sa.UniqueConstraint("section_id", "date", "period"),
        sa.CheckConstraint("period >= 0", name="period"),
    )
    _index("timetable_substitutes", "staff_id", "date")
    _index("timetable_substitutes", "campus_id", "date")


def _key(name: str, target: str, ondelete: str = "RESTRICT", *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target, ondelete=ondelete), nullable=nullable)


def _times() -> tuple[sa.Column[object], ...]:
    return tuple(
        sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
        for name in ("created_at", "updated_at")
    )


def _version() -> sa.Column[object]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    """Without them."""
    for table in ("timetable_substitutes", "timetable_lessons", "bell_times"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_sections_register_kind"), "sections")
    op.drop_column("sections", "has_check_in")
    op.drop_column("sections", "register_kind")
