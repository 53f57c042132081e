"""Keep what a school decides for an admission cycle as data: state, method, fee, ages, papers, quotas, seats.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS = "ck_application_documents_document_type"
_OLD_KINDS = ("birth_certificate", "photo")
_NEW_KINDS = (
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


def _papers(default: str = "") -> sa.Column[list[str]]:
    return sa.Column(
        "papers",
        postgresql.ARRAY(sa.String(length=24)),
        server_default=sa.text(f"'{{{default}}}'"),
        nullable=False,
    )


def _times() -> tuple[sa.Column[object], sa.Column[object]]:
    now = sa.text("now()")
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    )


def _allow_kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f(_KINDS), "application_documents", type_="check")
    op.create_check_constraint(op.f(_KINDS), "application_documents", f"document_type IN ({listed})")


def upgrade() -> None:
    """Apply. A cycle that is there stays open, asks for the two papers it asked for, and keeps its ages.

    "Up to 8 years" meant before the ninth birthday: as months, 9 years at most on the first day of the year. The
    child whose ninth birthday is that day now fits too, which nobody is worse off by.
    """
    add = op.add_column
    cycles, seats = "admission_cycles", "admission_seats"
    add(
        cycles,
        sa.Column(
            "state",
            _words("state", "draft", "published", "closed"),
            server_default="published",
            nullable=False,
        ),
    )
    add(cycles, sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    add(
        cycles, sa.Column("method", _words("method", "lottery", "test", "merit", "first_come"), nullable=True)
    )
    add(cycles, sa.Column("fee", sa.Numeric(precision=12, scale=2), nullable=True))
    add(cycles, sa.Column("section_most", sa.SmallInteger(), nullable=True))
    add(cycles, sa.Column("age_from_on", sa.Date(), nullable=True))
    add(cycles, sa.Column("age_to_on", sa.Date(), nullable=True))
    add(cycles, _papers("birth_certificate,photo"))
    op.create_check_constraint(op.f("ck_admission_cycles_fee"), cycles, "fee >= 0")
    op.execute("UPDATE admission_cycles SET published_at = created_at")

    add(seats, sa.Column("age_from_months", sa.SmallInteger(), nullable=True))
    add(seats, sa.Column("age_to_months", sa.SmallInteger(), nullable=True))
    add(seats, _papers())
    add(seats, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_admission_seats_months"), seats, "age_from_months <= age_to_months")
    op.execute(
        "UPDATE admission_seats SET age_from_months = age_from * 12, age_to_months = (age_to + 1) * 12"
    )

    op.create_table(
        "admission_seat_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(length=20), server_default="", nullable=False),
        sa.Column("shift", _words("shift", "morning", "day"), nullable=True),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        *_times(),
        sa.CheckConstraint("seats between 1 and 1000", name=op.f("ck_admission_seat_parts_seats")),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["admission_seats.id"],
            name=op.f("fk_admission_seat_parts_seat_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_seat_parts")),
        sa.UniqueConstraint(
            "seat_id",
            "section",
            "shift",
            name=op.f("uq_admission_seat_parts_seat_id_section_shift"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute(
        "INSERT INTO admission_seat_parts (id, seat_id, seats)"
        " SELECT gen_random_uuid(), id, seats FROM admission_seats WHERE seats > 0"
    )
    op.create_table(
        "admission_quotas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        _papers(),
        sa.Column("relief_months", sa.SmallInteger(), server_default="0", nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("percent > 0 and percent <= 100", name=op.f("ck_admission_quotas_percent")),
        sa.CheckConstraint("relief_months between 0 and 240", name=op.f("ck_admission_quotas_relief")),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["admission_cycles.id"],
            name=op.f("fk_admission_quotas_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_quotas")),
    )
    op.create_index(op.f("ix_admission_quotas_cycle_id"), "admission_quotas", ["cycle_id"])

    add(
        "admission_applications",
        sa.Column("quota_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    _allow_kinds(*_OLD_KINDS, *_NEW_KINDS)


def downgrade() -> None:
    """Take back. Papers of the new kinds lose their place in the list; their files stay."""
    papers = sa.table("application_documents", sa.column("document_type", sa.String))
    op.execute(papers.delete().where(papers.c.document_type.in_(_NEW_KINDS)))
    _allow_kinds(*_OLD_KINDS)
    op.drop_column("admission_applications", "quota_ids")
    op.drop_table("admission_quotas")
    op.drop_table("admission_seat_parts")
    op.drop_constraint(op.f("ck_admission_seats_months"), "admission_seats", type_="check")
    for column in ("age_from_months", "age_to_months", "papers", "version"):
        op.drop_column("admission_seats", column)
    op.drop_constraint(op.f("ck_admission_cycles_fee"), "admission_cycles", type_="check")
    for column in (
        "papers",
        "age_to_on",
        "age_from_on",
        "section_most",
        "fee",
        "method",
        "published_at",
        "state",
    ):
        op.drop_column("admission_cycles", column)
