"""Count the queue of an admission cycle, and find who works in the office, from indexes alone.

Revision: 0027
Follows: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_COUNTED = "ix_admission_applications_counted"


def upgrade() -> None:
    """Two indexes; nothing of the release before is touched."""
    op.create_index(
        _COUNTED,
        "admission_applications",
        ["cycle_id", "status", "campus_id"],
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(op.f("ix_user_roles_role"), "user_roles", ["role"])


def downgrade() -> None:
    """Without them."""
    op.drop_index(op.f("ix_user_roles_role"), "user_roles")
    op.drop_index(_COUNTED, "admission_applications")
