import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_fields")]
    operations = [
        migrations.AlterField("order", "number", models.CharField(max_length=40, db_index=True)),
        migrations.AlterField(
            "order", "total", models.DecimalField(max_digits=12, decimal_places=4, null=True)
        ),
        migrations.AlterField("order", "token", models.UUIDField(default=uuid.uuid4)),
        migrations.AlterField("order", "note", models.TextField(blank=True, null=True)),
        migrations.AlterField("order", "rank", models.BigIntegerField(null=True)),
        migrations.AlterField("order", "mark", models.CharField(max_length=9, null=True)),
        migrations.AlterField("customer", "slug", models.SlugField(unique=True)),
        migrations.AlterField(
            "customer", "email", models.EmailField(max_length=254, unique=True, verbose_name="mail")
        ),
        migrations.AlterField("order", "hint", models.TextField(blank=True, db_column="clue")),
        migrations.RenameField("order", "region", "area"),
        migrations.RenameField("order", "payer", "buyer"),
        migrations.RemoveField("order", "rank"),
        migrations.RemoveField("order", "fans"),
    ]
