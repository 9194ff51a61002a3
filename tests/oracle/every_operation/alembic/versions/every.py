import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "every"
down_revision = None


def upgrade():
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("email", sa.String(100), nullable=False, unique=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False, index=True),
        sa.Column("total", sa.Numeric(10, 2), sa.CheckConstraint("total >= 0")),
        sa.Column("data", postgresql.JSONB()),
        sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), sa.ForeignKey("customers.id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number", "customer_id", name="orders_once"),
    )
    op.create_table("loose", sa.Column("id", sa.Integer()), sa.Column("name", sa.Text()))
    op.create_table_comment("orders", "what was ordered")
    op.drop_table_comment("orders")
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("region", sa.String(9), nullable=False, server_default="north"))
    op.add_column("orders", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))
    op.add_column("orders", sa.Column("payer_id", sa.BigInteger(), sa.ForeignKey("customers.id")))
    op.add_column("orders", sa.Column("twice", sa.Numeric(), sa.Computed("total * 2", persisted=True)))
    op.add_column("orders", sa.Column("place", sa.BigInteger(), sa.Identity()))
    op.alter_column("orders", "total", type_=sa.Numeric(12, 4))
    op.alter_column("orders", "note", nullable=False)
    op.alter_column("orders", "note", nullable=True, server_default="none")
    op.alter_column("orders", "note", server_default=None)
    op.alter_column("orders", "region", new_column_name="area")
    op.create_index("orders_made", "orders", ["made", "number"])
    op.create_index("orders_mark", "orders", ["area"], unique=True, postgresql_where=sa.text("total > 0"))
    op.create_index("orders_data", "orders", ["data"], postgresql_using="gin")
    op.create_index("orders_lower", "orders", [sa.text("lower(note)")], if_not_exists=True)
    op.drop_index("orders_data", table_name="orders", if_exists=True)
    with op.get_context().autocommit_block():
        op.create_index("orders_later", "orders", ["token"], postgresql_concurrently=True)
        op.drop_index("orders_later", table_name="orders", postgresql_concurrently=True)
    op.create_unique_constraint("orders_token", "orders", ["token"])
    op.create_primary_key("loose_pkey", "loose", ["id"])
    op.create_foreign_key("orders_payer", "orders", "customers", ["payer_id"], ["id"])
    op.create_foreign_key(
        "orders_payer_later", "orders", "customers", ["payer_id"], ["id"], postgresql_not_valid=True
    )
    op.create_check_constraint("orders_positive", "orders", "total >= 0")
    op.create_exclude_constraint("orders_apart", "orders", ("number", "="), using="gist")
    op.drop_constraint("orders_positive", "orders", type_="check")
    op.drop_constraint("orders_payer", "orders", type_="foreignkey")
    op.bulk_insert(sa.table("customers", sa.column("id", sa.BigInteger())), [{"id": 1}])
    op.execute("UPDATE orders SET area = 'south'")
    op.execute(sa.text("COMMENT ON COLUMN orders.area IS 'where'"))
    with op.batch_alter_table("loose") as batch:
        batch.add_column(sa.Column("size", sa.Integer()))
        batch.alter_column("name", nullable=False)
        batch.create_index("loose_size", ["size"])
        batch.create_unique_constraint("loose_name", ["name"])
        batch.drop_column("size")
    op.drop_column("orders", "area")
    op.rename_table("loose", "free")
    op.drop_table("free")


def downgrade():
    op.drop_table("orders")
