"""Chain the audit log by hash and let nothing but the chain be written to it afterwards.

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION audit_logs_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chain_columns CONSTANT text[] := ARRAY['sequence', 'previous_hash', 'hash'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sequence IS NULL AND NEW.previous_hash IS NULL AND NEW.hash IS NULL THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.sequence IS NULL AND OLD.previous_hash IS NULL AND OLD.hash IS NULL
            AND NEW.sequence IS NOT NULL AND NEW.previous_hash IS NOT NULL AND NEW.hash IS NOT NULL
            AND to_jsonb(NEW) - chain_columns = to_jsonb(OLD) - chain_columns
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("audit_logs", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("audit_logs", sa.Column("previous_hash", sa.LargeBinary(), nullable=True))
    op.add_column("audit_logs", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.create_unique_constraint(op.f("uq_audit_logs_sequence"), "audit_logs", ["sequence"])
    op.create_index(op.f("ix_audit_logs_at_id"), "audit_logs", ["at", "id"])
    op.create_index(op.f("ix_audit_logs_campus_id_at"), "audit_logs", ["campus_id", "at"])
    op.create_index(op.f("ix_audit_logs_action_at"), "audit_logs", ["action", "at"])
    op.create_index(
        "ix_audit_logs_not_chained", "audit_logs", ["id"], postgresql_where=sa.text("sequence IS NULL")
    )
    op.create_index("ix_audit_logs_hash", "audit_logs", ["hash"], postgresql_using="hash")
    op.execute(_GUARD)
    op.execute(
        "CREATE TRIGGER audit_logs_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit_logs"
        " FOR EACH ROW EXECUTE FUNCTION audit_logs_guard()"
    )
    op.execute(
        "CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON audit_logs"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_guard()"
    )
    # Also where a session calls itself a replica, which leaves out ordinary triggers.
    op.execute("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only")
    op.execute("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_no_truncate")


def downgrade() -> None:
    """Take back. The entries stay; their chain is lost and is made anew by the next upgrade."""
    op.execute("DROP TRIGGER audit_logs_no_truncate ON audit_logs")
    op.execute("DROP TRIGGER audit_logs_append_only ON audit_logs")
    op.execute("DROP FUNCTION audit_logs_guard()")
    op.drop_index("ix_audit_logs_hash", table_name="audit_logs")
    op.drop_index("ix_audit_logs_not_chained", table_name="audit_logs")
    op.drop_index(op.f("ix_audit_logs_action_at"), table_name="audit_logs")
    op.drop_index(op.f("ix_audit_logs_campus_id_at"), table_name="audit_logs")
    op.drop_index(op.f("ix_audit_logs_at_id"), table_name="audit_logs")
    op.drop_constraint(op.f("uq_audit_logs_sequence"), "audit_logs", type_="unique")
    op.drop_column("audit_logs", "hash")
    op.drop_column("audit_logs", "previous_hash")
    op.drop_column("audit_logs", "sequence")
