"""Let a campus add kinds of papers in its own words, and a cycle say which papers may be left out.

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KINDS = "admission_paper_kinds"
_KEEPERS = ("application_documents", "student_papers")
_BUILT_IN = (
    "birth_certificate",
    "photo",
    "guardian_nid",
    "previous_result",
    "transfer_certificate",
    "registration_card",
    "residence_proof",
    "freedom_fighter_paper",
    "disability_paper",
    "employment_paper",
    "sibling_paper",
    "transfer_order",
)


def upgrade() -> None:
    """Apply. The kinds that come with the product stay; the check on them makes room for others.

    The release before cannot read a paper of another kind: no kind is added until it is gone.
    """
    now = sa.text("now()")
    op.create_table(
        _KINDS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "takes",
            sa.Enum(
                "any",
                "picture",
                "pdf",
                name="takes",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="any",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("code ~ '^own_[0-9]{6}$'", name=op.f("ck_admission_paper_kinds_code")),
        sa.ForeignKeyConstraint(
            ["campus_id"],
            ["campuses.id"],
            name=op.f("fk_admission_paper_kinds_campus_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_paper_kinds")),
        sa.UniqueConstraint("code", name=op.f("uq_admission_paper_kinds_code")),
    )
    op.create_index(op.f("ix_admission_paper_kinds_campus_id"), _KINDS, ["campus_id"])
    for table in _KEEPERS:
        op.drop_constraint(op.f(f"ck_{table}_document_type"), table, type_="check")
        op.create_check_constraint(
            op.f(f"ck_{table}_document_type"), table, "document_type ~ '^[a-z][a-z_0-9]{1,23}$'"
        )
    op.add_column(
        "admission_cycles",
        sa.Column(
            "spare_papers",
            postgresql.ARRAY(sa.String(length=24)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    """Undo. Fails where a paper of a kind of the school's own was sent."""
    op.drop_column("admission_cycles", "spare_papers")
    listed = ", ".join(f"'{kind}'" for kind in _BUILT_IN)
    for table in _KEEPERS:
        op.drop_constraint(op.f(f"ck_{table}_document_type"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_document_type"), table, f"document_type IN ({listed})")
    op.drop_table(_KINDS)
