"""Note which families were told that a paper was refused, and find the refused ones at once.

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "application_documents", sa.Column("refusal_told_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_files_refused", "files", ["id"], postgresql_where=sa.text("state = 'refused'"))


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_files_refused", table_name="files")
    op.drop_column("application_documents", "refusal_told_at")
