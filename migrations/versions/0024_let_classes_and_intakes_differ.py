"""Let a class of a cycle differ from it in method, fee, days of age and section rule; let a year have several intakes.

Revision: 0024
Follows: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CYCLES, _SEATS = "admission_cycles", "admission_seats"
_ONE_A_YEAR = "uq_admission_cycles_campus_id_academic_year_id"
_ONE_OF_A_NAME = "uq_admission_cycles_campus_id_academic_year_id_name"


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply. What is there is the main intake of its year, and every class of it as its cycle.

    The release before names no intake, so that it still makes one cycle a year.
    """
    op.add_column(
        _CYCLES,
        sa.Column(
            "name",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.create_unique_constraint(op.f(_ONE_OF_A_NAME), _CYCLES, ["campus_id", "academic_year_id", "name"])
    op.drop_constraint(op.f(_ONE_A_YEAR), _CYCLES, type_="unique")

    op.add_column(
        _SEATS, sa.Column("method", _words("method", "lottery", "test", "merit", "first_come"), nullable=True)
    )
    op.add_column(_SEATS, sa.Column("fee", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column(_SEATS, sa.Column("age_from_on", sa.Date(), nullable=True))
    op.add_column(_SEATS, sa.Column("age_to_on", sa.Date(), nullable=True))
    op.add_column(
        _SEATS,
        sa.Column(
            "section_rule",
            _words("section_rule", "even", "fill", "balance"),
            server_default="even",
            nullable=False,
        ),
    )
    op.create_check_constraint(op.f("ck_admission_seats_fee"), _SEATS, "fee >= 0")


def downgrade() -> None:
    """Undo. Fails where a year has several intakes: which of them is to go, somebody has to say."""
    op.create_unique_constraint(op.f(_ONE_A_YEAR), _CYCLES, ["campus_id", "academic_year_id"])
    op.drop_constraint(op.f(_ONE_OF_A_NAME), _CYCLES, type_="unique")
    op.drop_column(_CYCLES, "name")
    for column in ("section_rule", "age_to_on", "age_from_on", "fee", "method"):
        op.drop_column(_SEATS, column)
