"""Keep the application form as data, in versions, and the answers to a school's own questions.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _stamps() -> list[sa.Column[object]]:
    now = sa.text("now()")
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)
        for name in ("created_at", "updated_at")
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "admission_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        *_stamps(),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["campus_id"], ["campuses.id"], name=op.f("fk_admission_forms_campus_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["admission_cycles.id"],
            name=op.f("fk_admission_forms_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_forms")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_admission_forms_cycle_id")),
    )
    op.create_table(
        "admission_form_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        *_stamps(),
        sa.CheckConstraint("number >= 1", name=op.f("ck_admission_form_versions_number")),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["admission_forms.id"],
            name=op.f("fk_admission_form_versions_form_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["users.id"],
            name=op.f("fk_admission_form_versions_published_by"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_form_versions")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_admission_form_versions_form_id_number")),
    )
    op.create_index(
        "ix_admission_form_versions_draft",
        "admission_form_versions",
        ["form_id"],
        unique=True,
        postgresql_where=sa.text("published_at is null"),
    )
    op.create_table(
        "admission_family_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_family_codes")),
    )
    op.create_index(op.f("ix_admission_family_codes_phone"), "admission_family_codes", ["phone"])
    op.add_column("admission_applications", sa.Column("form_version_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_admission_applications_form_version_id"),
        "admission_applications",
        "admission_form_versions",
        ["form_version_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column(
        "admission_applications",
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("admission_applications", sa.Column("resume_hash", sa.String(length=64), nullable=True))
    op.create_unique_constraint(
        op.f("uq_admission_applications_resume_hash"), "admission_applications", ["resume_hash"]
    )


def downgrade() -> None:
    """Undo."""
    op.drop_constraint(op.f("uq_admission_applications_resume_hash"), "admission_applications")
    op.drop_column("admission_applications", "resume_hash")
    op.drop_column("admission_applications", "answers")
    op.drop_constraint(op.f("fk_admission_applications_form_version_id"), "admission_applications")
    op.drop_column("admission_applications", "form_version_id")
    op.drop_table("admission_family_codes")
    op.drop_table("admission_form_versions")
    op.drop_table("admission_forms")
