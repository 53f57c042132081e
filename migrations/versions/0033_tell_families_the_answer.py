"""Tell families what was answered to their leave: when each case was told.

Revision: 0033
Follows: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column the release before leaves empty; what was answered before today is told to nobody any more."""
    op.add_column("leave_cases", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE leave_cases SET told_at = answered_at WHERE answered_at IS NOT NULL")
    op.create_index(
        "ix_leave_cases_untold",
        "leave_cases",
        ["answered_at"],
        postgresql_where=sa.text("told_at IS NULL AND state IN ('approved', 'declined')"),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_leave_cases_untold", table_name="leave_cases")
    op.drop_column("leave_cases", "told_at")
