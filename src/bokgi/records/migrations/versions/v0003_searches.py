"""Searches for the best parameters, and the parts that workers share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
contracts = False


def upgrade() -> None:
    """Add the tables of searches."""
    op.create_table(
        "searches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_number", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("'user'"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("stock_mode", sa.Text(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("resolved", sa.JSON(), nullable=False),
        sa.Column("data_versions", sa.JSON(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lanes", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("total_symbols", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("partial", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("headline", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("result_hash", sa.Text(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
    )
    op.create_index("ix_searches_order_number", "searches", ["order_number"], unique=True)
    op.create_index("ix_searches_status", "searches", ["status"])
    op.create_table(
        "search_parts",
        sa.Column("search_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_symbol", sa.Integer(), nullable=False),
        sa.Column("end_symbol", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=True),
        sa.Column("worker_id", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("completed_symbols", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("current_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("trials", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("elapsed_seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_search_parts_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "number", name="pk_search_parts"),
    )
