from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_altered")]
    operations = [
        migrations.AddIndex("order", models.Index(fields=["-made", "number"], name="order_made")),
        migrations.AddIndex("order", GinIndex(fields=["data"], name="order_data")),
        migrations.AddIndex("order", models.Index(Lower("note"), name="order_lower")),
        migrations.AddIndex(
            "order", models.Index(fields=["total"], condition=models.Q(total__gt=0), name="order_some")
        ),
        migrations.RenameIndex("order", new_name="order_by_made", old_name="order_made"),
        migrations.RemoveIndex("order", "order_data"),
        migrations.AddConstraint(
            "order", models.UniqueConstraint(fields=["number", "token"], name="order_once")
        ),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(fields=["number"], condition=models.Q(total=None), name="order_open"),
        ),
        migrations.AddConstraint(
            "order", models.CheckConstraint(condition=models.Q(total__gte=0), name="order_positive")
        ),
        migrations.AddConstraint(
            "order", ExclusionConstraint(name="order_apart", expressions=[("span", "&&")], index_type="GIST")
        ),
        migrations.RemoveConstraint("order", "order_once"),
        migrations.RemoveConstraint("order", "order_open"),
        migrations.RemoveConstraint("order", "order_positive"),
        migrations.AlterUniqueTogether("order", {("number", "made")}),
        migrations.AlterConstraint(
            "order",
            "order_pieces",
            models.CheckConstraint(condition=models.Q(pieces__gt=0), name="order_pieces"),
        ),
        migrations.AlterOrderWithRespectTo("order", "customer"),
    ]
