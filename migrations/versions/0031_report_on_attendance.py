"""Let the database keep each child's months, remember reminders, and hold concerns.

Revision: 0031
Follows: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# One state for each child and day from the lines of registers that are taken: the whole day's, where there is one,
# else what `day_state` of app/domain/attendance/rules.py makes of the lessons. A test compares the two.
_DAY = """
  SELECT a.student_id, a.date,
    (array_agg(r.section_id ORDER BY a.period))[1] AS section_id,
    (array_agg(r.campus_id ORDER BY a.period))[1] AS campus_id,
    CASE
      WHEN min(a.period) = 0 THEN (array_agg(a.status ORDER BY a.period))[1]
      WHEN bool_or(a.status IN ('present', 'late')) THEN
        CASE WHEN (array_agg(a.status ORDER BY a.period))[1] = 'present' THEN 'present' ELSE 'late' END
      WHEN bool_or(a.status = 'absent') THEN 'absent'
      ELSE 'excused'
    END AS state,
    CASE
      WHEN min(a.period) = 0 THEN (array_agg(a.left_at ORDER BY a.period))[1] IS NOT NULL
      ELSE bool_or(a.status IN ('present', 'late')) AND (
        (array_agg(a.status ORDER BY a.period DESC))[1] NOT IN ('present', 'late')
        OR (array_agg(a.left_at ORDER BY a.period DESC) FILTER (WHERE a.status IN ('present', 'late')))[1] IS NOT NULL
      )
    END AS left_early
  FROM $lines
  JOIN attendance_registers r ON r.id = a.register_id AND r.is_taken
  GROUP BY a.student_id, a.date
"""

_MONTHS = """
  SELECT student_id, date_trunc('month', date)::date AS month, section_id, campus_id,
    coalesce(bit_or(bit) FILTER (WHERE state = 'present'), 0) AS present,
    coalesce(bit_or(bit) FILTER (WHERE state = 'absent'), 0) AS absent,
    coalesce(bit_or(bit) FILTER (WHERE state = 'late'), 0) AS late,
    coalesce(bit_or(bit) FILTER (WHERE state = 'excused'), 0) AS excused,
    coalesce(bit_or(bit) FILTER (WHERE left_early), 0) AS left_early
  FROM (SELECT *, 1 << (extract(day FROM date)::int - 1) AS bit FROM ($day) AS said) AS days
  GROUP BY 1, 2, 3, 4
"""

_ALL_DAYS = _DAY.replace("$lines", "attendance a")
_TOUCHED = "unnest(children, days) AS t(student_id, date)"
_TOUCHED_DAYS = _DAY.replace(
    "$lines",
    f"(SELECT DISTINCT student_id, date FROM {_TOUCHED}) AS t"  # noqa: S608  # nosec B608 - our own words
    " JOIN attendance a ON a.student_id = t.student_id AND a.date = t.date",
)

# What every reader may count anew, within the walls: the check compares it with the table, and fills the table with it.
_VIEW = f"""
CREATE VIEW attendance_months_counted WITH (security_invoker = true) AS {_MONTHS.replace("$day", _ALL_DAYS)}
"""

# These settings: a line is always found by its key, also where a plan was made when the tables were small.
_SETTINGS = (
    "SET search_path = pg_catalog, public SET enable_hashjoin = off SET enable_mergejoin = off"
    " SET enable_seqscan = off"
)

_COUNT = f"""
CREATE FUNCTION attendance_months_count(children uuid[], days date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER {_SETTINGS} AS $body$
BEGIN
  -- Two registers that speak of one child at one moment wait for each other here, so that the second one counts with
  -- what the first has stored. The statements below begin after the wait and see it.
  PERFORM FROM students WHERE id = ANY (children) ORDER BY id FOR NO KEY UPDATE;

  -- Days that now belong to another section, or to none.
  UPDATE attendance_months AS m
    SET present = m.present & ~w.bits, absent = m.absent & ~w.bits, late = m.late & ~w.bits,
        excused = m.excused & ~w.bits, left_early = m.left_early & ~w.bits
    FROM (
      SELECT m.id, bit_or(1 << (extract(day FROM t.date)::int - 1)) AS bits
      FROM {_TOUCHED}
      JOIN attendance_months m ON m.student_id = t.student_id AND m.month = date_trunc('month', t.date)::date
      LEFT JOIN ({_TOUCHED_DAYS}) AS said ON said.student_id = t.student_id AND said.date = t.date
      WHERE (m.present | m.absent | m.late | m.excused) & (1 << (extract(day FROM t.date)::int - 1)) <> 0
        AND said.section_id IS DISTINCT FROM m.section_id
      GROUP BY m.id
    ) AS w
    WHERE m.id = w.id;
  IF FOUND THEN
    DELETE FROM attendance_months
      WHERE student_id = ANY (children) AND (present | absent | late | excused) = 0;
  END IF;

  INSERT INTO attendance_months AS m
      (student_id, month, section_id, campus_id, present, absent, late, excused, left_early)
    SELECT student_id, month, section_id, campus_id, present, absent, late, excused, left_early
    FROM ({_MONTHS.replace("$day", _TOUCHED_DAYS)}) AS now
    ORDER BY student_id, month, section_id
  ON CONFLICT (student_id, month, section_id) DO UPDATE SET
    present = m.present & ~(excluded.present | excluded.absent | excluded.late | excluded.excused) | excluded.present,
    absent = m.absent & ~(excluded.present | excluded.absent | excluded.late | excluded.excused) | excluded.absent,
    late = m.late & ~(excluded.present | excluded.absent | excluded.late | excluded.excused) | excluded.late,
    excused = m.excused & ~(excluded.present | excluded.absent | excluded.late | excluded.excused) | excluded.excused,
    left_early = m.left_early & ~(excluded.present | excluded.absent | excluded.late | excluded.excused)
      | excluded.left_early;
END
$body$
"""  # noqa: S608  # nosec B608 - our own words

_FOLLOW = f"""
CREATE FUNCTION attendance_months_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER {_SETTINGS} AS $body$
-- Finds which days of which children a statement has touched. Lines of a register nobody has finished count nowhere,
-- so that the taps on it cost nothing here.
DECLARE
  children uuid[];
  days date[];
BEGIN
  IF TG_TABLE_NAME = 'attendance_registers' THEN
    SELECT array_agg(a.student_id), array_agg(a.date) INTO children, days
      FROM now_rows n
      JOIN was_rows o ON o.id = n.id AND o.is_taken <> n.is_taken
      JOIN attendance a ON a.register_id = n.id;
  ELSIF TG_OP = 'INSERT' THEN
    SELECT array_agg(n.student_id), array_agg(n.date) INTO children, days
      FROM now_rows n JOIN attendance_registers r ON r.id = n.register_id AND r.is_taken;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT array_agg(t.student_id), array_agg(t.date) INTO children, days
      FROM (
        SELECT student_id, date, register_id FROM now_rows UNION SELECT student_id, date, register_id FROM was_rows
      ) AS t
      JOIN attendance_registers r ON r.id = t.register_id AND r.is_taken;
  ELSE
    -- Its register may be gone already.
    SELECT array_agg(o.student_id), array_agg(o.date) INTO children, days FROM was_rows o;
  END IF;
  IF children IS NOT NULL THEN
    PERFORM attendance_months_count(children, days);
  END IF;
  RETURN NULL;
END
$body$
"""  # noqa: S608  # nosec B608 - our own words

_NOW, _WAS = "NEW TABLE AS now_rows", "OLD TABLE AS was_rows"
_TRIGGERS = (
    ("attendance", "insert", _NOW),
    ("attendance", "update", f"{_WAS} {_NOW}"),
    ("attendance", "delete", _WAS),
    ("attendance_registers", "update", f"{_WAS} {_NOW}"),
)

_FILL = """
INSERT INTO attendance_months
    (student_id, month, section_id, campus_id, present, absent, late, excused, left_early)
  SELECT student_id, month, section_id, campus_id, present, absent, late, excused, left_early
  FROM attendance_months_counted
"""


def _key(name: str = "id", **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=False, **more)  # type: ignore[arg-type]  # what a column takes


def _to(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply."""
    _months()
    _reminders()
    _concerns()


def _months() -> None:
    table = "attendance_months"
    op.create_table(
        table,
        _key(server_default=sa.text("gen_random_uuid()")),
        _key("student_id"),
        sa.Column("month", sa.Date(), nullable=False),
        _key("section_id"),
        _key("campus_id"),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("present", "absent", "late", "excused", "left_early")
        ),
        _to(table, "student_id", "students"),
        _to(table, "section_id", "sections"),
        _to(table, "campus_id", "campuses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_months")),
        sa.UniqueConstraint(
            "student_id", "month", "section_id", name=op.f("uq_attendance_months_student_id_month_section_id")
        ),
    )
    op.create_index(op.f("ix_attendance_months_campus_id_month"), table, ["campus_id", "month"])
    op.create_index(op.f("ix_attendance_months_section_id_month"), table, ["section_id", "month"])
    op.execute(_VIEW)
    op.execute(_COUNT)
    op.execute("REVOKE ALL ON FUNCTION attendance_months_count(uuid[], date[]) FROM PUBLIC")
    op.execute(_FOLLOW)
    op.execute("REVOKE ALL ON FUNCTION attendance_months_follow() FROM PUBLIC")
    for name, verb, rows in _TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name}_months_{verb} AFTER {verb.upper()} ON {name} REFERENCING {rows}"
            " FOR EACH STATEMENT EXECUTE FUNCTION attendance_months_follow()"
        )
    # Last: the triggers hold off who writes until this is stored, so that no mark falls between.
    op.execute(_FILL)


def _reminders() -> None:
    table = "attendance_reminders"
    op.create_table(
        table,
        _key(),
        _key("campus_id"),
        _key("section_id"),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("period", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        _key("sent_to"),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        _to(table, "campus_id", "campuses"),
        _to(table, "section_id", "sections"),
        _to(table, "sent_to", "users"),
        _to(table, "sent_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_reminders")),
        sa.UniqueConstraint(
            "section_id",
            "date",
            "period",
            "hour",
            name=op.f("uq_attendance_reminders_section_id_date_period_hour"),
        ),
    )
    op.create_index(op.f("ix_attendance_reminders_campus_id_date"), table, ["campus_id", "date"])


_OUTCOMES = ("talked", "illness", "support", "not_reached", "left", "no_reason")


def _concerns() -> None:
    table = "attendance_concerns"
    op.create_table(
        table,
        _key(),
        _key("campus_id"),
        _key("student_id"),
        _key("section_id"),
        _key("academic_year_id"),
        sa.Column("kind", _words("kind", ("weekday", "run", "threshold", "late")), nullable=False),
        sa.Column("days", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("attended", sa.SmallInteger(), nullable=True),
        sa.Column("taken", sa.SmallInteger(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", _words("outcome", _OUTCOMES), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _to(table, "campus_id", "campuses"),
        _to(table, "student_id", "students"),
        _to(table, "section_id", "sections"),
        _to(table, "academic_year_id", "academic_years"),
        _to(table, "owner_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_concerns")),
        sa.UniqueConstraint(
            "student_id",
            "kind",
            "academic_year_id",
            name=op.f("uq_attendance_concerns_student_id_kind_academic_year_id"),
        ),
    )
    op.create_index(op.f("ix_attendance_concerns_section_id"), table, ["section_id"])
    op.create_index(op.f("ix_attendance_concerns_owner_id"), table, ["owner_id"])
    op.create_index(op.f("ix_attendance_concerns_campus_id_closed_at"), table, ["campus_id", "closed_at"])
    op.create_index(
        "ix_attendance_concerns_open", table, ["campus_id"], postgresql_where=sa.text("closed_at IS NULL")
    )
    table = "attendance_concern_events"
    op.create_table(
        table,
        _key(),
        _key("concern_id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", _words("act", ("found", "found_again", "given", "noted", "closed")), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", _words("outcome", _OUTCOMES), nullable=True),
        _to(table, "concern_id", "attendance_concerns"),
        _to(table, "by_id", "users", "SET NULL"),
        _to(table, "owner_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_concern_events")),
    )
    op.create_index(op.f("ix_attendance_concern_events_concern_id"), table, ["concern_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("attendance_concern_events")
    op.drop_table("attendance_concerns")
    op.drop_table("attendance_reminders")
    for name, verb, _ in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}_months_{verb} ON {name}")
    op.execute("DROP FUNCTION attendance_months_follow()")
    op.execute("DROP FUNCTION attendance_months_count(uuid[], date[])")
    op.execute("DROP VIEW attendance_months_counted")
    op.drop_table("attendance_months")
