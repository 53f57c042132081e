"""Keep the names of persons in order, as lists show them in each language.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ORDERS = {
    "ix_persons_called_en": "coalesce(name_en, name_bn, name_ar)",
    "ix_persons_called_bn": "coalesce(name_bn, name_en, name_ar)",
    "ix_persons_called_ar": "coalesce(name_ar, name_en, name_bn)",
}


def upgrade() -> None:
    """Apply."""
    for name, order in _ORDERS.items():
        op.create_index(name, "persons", [text(order)])


def downgrade() -> None:
    """Take back."""
    for name in _ORDERS:
        op.drop_index(name, table_name="persons")
