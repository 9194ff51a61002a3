import uuid

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "region", models.CharField(max_length=9, default="north")),
        migrations.AddField("order", "kept", models.CharField(max_length=9, db_default="north")),
        migrations.AddField("order", "seen", models.DateTimeField(db_default=Now())),
        migrations.AddField("order", "key", models.UUIDField(default=uuid.uuid4)),
        migrations.AddField("order", "mark", models.CharField(max_length=9, null=True, unique=True)),
        migrations.AddField("order", "rank", models.IntegerField(null=True, db_index=True)),
        migrations.AddField("order", "weight", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("order", "hint", models.TextField(blank=True)),
        migrations.AddField(
            "order",
            "payer",
            models.ForeignKey(null=True, on_delete=models.CASCADE, to="shop.customer", related_name="+"),
        ),
        migrations.AddField(
            "order",
            "loose",
            models.ForeignKey(
                null=True, db_constraint=False, on_delete=models.CASCADE, to="shop.customer", related_name="+"
            ),
        ),
        migrations.AddField("order", "fans", models.ManyToManyField(to="shop.customer", related_name="+")),
        migrations.AddField(
            "order",
            "double",
            models.GeneratedField(
                expression=models.F("pieces") * 2, output_field=models.IntegerField(), db_persist=True
            ),
        ),
    ]
