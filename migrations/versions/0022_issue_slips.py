"""Keep the slips that families print and the school's own words; say in a history that a paper was sent later.

Revision: 0022
Follows: 0021
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = "ck_application_events_kind"


def _allow_event(kind: str) -> None:
    """Let one more kind of event stand in a history, besides whatever may stand there already."""
    rule = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": _KINDS}
    )
    kinds = dict.fromkeys([*re.findall(r"'([a-z_]+)'", str(rule)), kind])
    listed = ", ".join(f"'{each}'" for each in kinds)
    op.drop_constraint(op.f(_KINDS), "application_events", type_="check")
    op.create_check_constraint(op.f(_KINDS), "application_events", f"kind IN ({listed})")


def upgrade() -> None:
    """Apply."""
    _allow_event("paper")
    op.create_table(
        "admission_slips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "acknowledgement",
                "admit_card",
                "offer_letter",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["admission_applications.id"],
            name=op.f("fk_admission_slips_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_slips")),
        sa.UniqueConstraint(
            "application_id", "kind", "digest", name=op.f("uq_admission_slips_application_id_kind_digest")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_admission_slips_code")),
    )
    now = sa.text("now()")
    op.create_table(
        "message_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("mail", "sms", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=255), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("body <> ''", name=op.f("ck_message_texts_body")),
        sa.ForeignKeyConstraint(
            ["campus_id"], ["campuses.id"], name=op.f("fk_message_texts_campus_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_texts")),
        sa.UniqueConstraint(
            "campus_id",
            "kind",
            "channel",
            "locale",
            name=op.f("uq_message_texts_campus_id_kind_channel_locale"),
        ),
    )


def downgrade() -> None:
    """Undo. Histories keep what stands in them."""
    op.drop_table("message_texts")
    op.drop_table("admission_slips")
