from django.contrib.postgres.fields import IntegerRangeField
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("slug", models.SlugField()),
            ],
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[("name", models.CharField(max_length=20, primary_key=True))],
            options={"db_table": "tags"},
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("number", models.CharField(max_length=20, db_index=True)),
                ("total", models.DecimalField(max_digits=10, decimal_places=2, null=True)),
                ("pieces", models.PositiveIntegerField(default=1)),
                ("data", models.JSONField(default=dict)),
                ("token", models.UUIDField(null=True)),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("note", models.TextField(blank=True)),
                ("span", IntegerRangeField(null=True)),
                ("customer", models.ForeignKey(on_delete=models.CASCADE, to="shop.customer")),
                ("tags", models.ManyToManyField(to="shop.tag")),
            ],
            options={
                "unique_together": {("number", "customer")},
                "indexes": [models.Index(fields=["total", "made"], name="order_total_made")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(pieces__gt=0), name="order_pieces")
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "order",
                    models.OneToOneField(on_delete=models.CASCADE, primary_key=True, to="shop.order"),
                ),
                ("paid", models.BooleanField(default=False)),
            ],
        ),
    ]
