"""Keep the seats that quotas were promised, and let a child stand in the order of every shift.

Revision: 0026
Follows: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

_BOTH = "ix_admission_ranks_application_id_ranking_id"
_ONE = "uq_admission_ranks_application_id"


def upgrade() -> None:
    """Apply. The release before puts a child into one order only, which stays allowed."""
    op.add_column(
        "admission_rankings",
        sa.Column("quota_seats", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.create_index(op.f(_BOTH), "admission_ranks", ["application_id", "ranking_id"], unique=True)
    op.drop_constraint(op.f(_ONE), "admission_ranks", type_="unique")


def downgrade() -> None:
    """Go back. Of a child in several orders the place that was published first stays."""
    op.execute("""
        DELETE FROM admission_ranks later
        USING admission_rankings its, admission_ranks sooner, admission_rankings other
        WHERE its.id = later.ranking_id AND other.id = sooner.ranking_id
          AND sooner.application_id = later.application_id
          AND (other.published_at, other.id) < (its.published_at, its.id)
    """)
    op.create_unique_constraint(op.f(_ONE), "admission_ranks", ["application_id"])
    op.drop_index(op.f(_BOTH), table_name="admission_ranks")
    op.drop_column("admission_rankings", "quota_seats")
