"""Keep files in quarantine until they are checked.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply. What is there already was checked when it came; what an older version writes meanwhile is checked anew."""
    op.add_column(
        "files",
        sa.Column(
            "state",
            _words("state", "quarantined", "checking", "released", "refused"),
            server_default="released",
            nullable=False,
        ),
    )
    op.alter_column("files", "state", server_default="quarantined")
    op.add_column(
        "files",
        sa.Column(
            "refusal",
            _words(
                "refusal",
                "damaged",
                "other_kind",
                "too_detailed",
                "programs",
                "too_many_pages",
                "locked",
                "infected",
            ),
            nullable=True,
        ),
    )
    op.add_column("files", sa.Column("scan", _words("scan", "none", "clean"), nullable=True))
    op.add_column("files", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("files", sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "files",
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.add_column("files", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("files", sa.Column("last_error", sa.Text(), nullable=True))
    op.create_index(
        "ix_files_due",
        "files",
        ["next_attempt_at"],
        unique=False,
        postgresql_where="state in ('quarantined', 'checking')",
    )
    op.create_table(
        "file_variants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name", _words("name", "thumb", "page"), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_variants_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_variants")),
        sa.UniqueConstraint("file_id", "name", name=op.f("uq_file_variants_file_id_name")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_file_variants_storage_key")),
    )


def downgrade() -> None:
    """Take back. Files still in quarantine are forgotten by the older version's pages only when they are opened."""
    op.drop_table("file_variants")
    op.drop_index("ix_files_due", table_name="files")
    for name in (
        "last_error",
        "leased_until",
        "next_attempt_at",
        "crashes",
        "attempts",
        "scan",
        "refusal",
        "state",
    ):
        op.drop_column("files", name)
