"""0003 finding one's own."""

from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes only: what one person has to do, and what is open or ended lately, is found without reading all."""
    op.create_index("incidents_by_status", "incident", ["status", "declared_at"])
    op.create_index("incidents_by_resolution", "incident", ["resolved_at"])
    op.create_index("incidents_by_closing", "incident", ["closed_at"])
    op.create_index("ix_role_user_id", "role", ["user_id"])
    op.create_index("ix_handoff_to_user", "handoff", ["to_user"])
    op.create_index("ix_action_owner", "action", ["owner"])
    op.create_index("ix_summons_user_id", "summons", ["user_id"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup from before the upgrade")
