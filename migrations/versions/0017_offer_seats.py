"""Keep the offers of seats with their deadlines, and let drafts end.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_REFERENCE = "ck_admission_applications_sent_has_reference"


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _key(name: str, table: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    return (
        sa.Column(name, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [name], [f"{table}.id"], name=op.f(f"fk_admission_offers_{name}"), ondelete="RESTRICT"
        ),
    )


def _without_reference(states: str) -> None:
    op.drop_constraint(op.f(_REFERENCE), "admission_applications", type_="check")
    op.create_check_constraint(
        op.f(_REFERENCE), "admission_applications", f"status in ({states}) or reference is not null"
    )


def upgrade() -> None:
    """Apply. A draft that ends was never sent, so it has no reference."""
    now = sa.text("now()")
    op.add_column(
        "admission_cycles", sa.Column("offer_days", sa.SmallInteger(), server_default="7", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_admission_cycles_offer_days"), "admission_cycles", "offer_days between 1 and 90"
    )
    op.add_column(
        "admission_cycles", sa.Column("list_moves", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column("admission_rankings", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    _without_reference("'draft', 'expired'")
    op.create_table(
        "admission_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_key("campus_id", "campuses"),
        *_key("application_id", "admission_applications"),
        *_key("ranking_id", "admission_rankings", nullable=True),
        *_key("seat_id", "admission_seats"),
        sa.Column("shift", _words("shift", "morning", "day"), nullable=True),
        *_key("quota_id", "admission_quotas", nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_admission_offers_made_by"), ondelete="RESTRICT"
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            _words("state", "open", "accepted", "declined", "expired", "withdrawn", "enrolled"),
            server_default="open",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_offers")),
    )
    for column in ("application_id", "seat_id"):
        op.create_index(op.f(f"ix_admission_offers_{column}"), "admission_offers", [column])
    op.create_index(
        "uq_admission_offers_holding",
        "admission_offers",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("state in ('open', 'accepted', 'enrolled')"),
    )
    op.create_index(
        "ix_admission_offers_due",
        "admission_offers",
        ["expires_at"],
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """Undo. Drafts that ended become drafts again."""
    op.execute(
        "UPDATE admission_applications SET status = 'draft' WHERE status = 'expired' AND reference IS NULL"
    )
    op.drop_table("admission_offers")
    _without_reference("'draft'")
    op.drop_column("admission_rankings", "opened_at")
    op.drop_column("admission_cycles", "list_moves")
    op.drop_constraint(op.f("ck_admission_cycles_offer_days"), "admission_cycles", type_="check")
    op.drop_column("admission_cycles", "offer_days")
