"""Text messages, held channels, and the last runs of what happens by the clock.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CHECKS = {
    "channel": (("mail",), ("mail", "sms")),
    "status": (
        ("pending", "sending", "sent", "failed"),
        ("pending", "sending", "sent", "failed", "dropped"),
    ),
}
"""The values of a column before and after."""


def _allow(column: str, values: tuple[str, ...]) -> None:
    """Put another check on a column. The new one is valid for every row there is."""
    name = op.f(f"ck_outbox_messages_{column}")
    listed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(name, "outbox_messages", type_="check")
    op.create_check_constraint(name, "outbox_messages", f"{column} IN ({listed})")


def upgrade() -> None:
    """Apply."""
    for column, (_, after) in _CHECKS.items():
        _allow(column, after)
    op.create_index(
        "ix_outbox_messages_status_updated_at", "outbox_messages", ["status", "updated_at"], unique=False
    )
    op.create_index(
        "ix_outbox_messages_texts",
        "outbox_messages",
        ["recipient", "created_at"],
        unique=False,
        postgresql_where="channel = 'sms'",
    )
    op.create_table(
        "outbox_holds",
        sa.Column(
            "channel",
            sa.Enum("mail", "sms", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_outbox_holds")),
    )
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "running",
                "done",
                "failed",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("said", sa.String(length=300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )


def downgrade() -> None:
    """Take back. Texts and dropped messages have no place in the older table and go."""
    op.drop_table("job_runs")
    op.drop_table("outbox_holds")
    op.drop_index("ix_outbox_messages_texts", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_status_updated_at", table_name="outbox_messages")
    op.execute("DELETE FROM outbox_messages WHERE channel = 'sms' OR status = 'dropped'")
    for column, (before, _) in _CHECKS.items():
        _allow(column, before)
