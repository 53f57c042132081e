"""Find persons by a part of their phone number.

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_RESTS = ", ".join(f"substr(coalesce(phone, ''), {start})" for start in range(1, 21))


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_persons_phone_parts",
        "persons",
        [text(f"array_to_tsvector(array_remove(ARRAY[{_RESTS}], ''))")],
        postgresql_using="gin",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_persons_phone_parts", table_name="persons")
