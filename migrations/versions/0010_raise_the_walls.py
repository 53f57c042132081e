"""Raise the walls of row-level security.

What they are stands in `app.walls`; every upgrade after this one raises them anew where that table changed.

Revision: 0010
Follows: 0008
"""

from __future__ import annotations

from alembic import op

from migrations.walls import lower_walls, raise_walls

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    raise_walls(op.get_bind())


def downgrade() -> None:
    """Take back."""
    lower_walls(op.get_bind())
