from django.db import migrations, models
from django.db.models import CASCADE, SET_NULL


class Migration(migrations.Migration):
    dependencies = [("shop", "0010_keys_again")]
    operations = [
        migrations.CreateModel(
            name="Country",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("code", models.CharField(max_length=2, unique=True)),
                ("number", models.IntegerField(unique=True, db_column="iso_number")),
            ],
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("country", models.ForeignKey("shop.country", CASCADE, to_field="code")),
                (
                    "capital",
                    models.OneToOneField("shop.country", CASCADE, to_field="number", null=True),
                ),
                (
                    "by_key",
                    models.ForeignKey("shop.country", CASCADE, to_field="id", related_name="+"),
                ),
                ("twins", models.ManyToManyField("shop.country", related_name="+")),
            ],
        ),
        migrations.AddField(
            "city",
            "former",
            models.ForeignKey(
                "shop.country",
                SET_NULL,
                to_field="code",
                null=True,
                related_name="+",
                db_column="was",
            ),
        ),
    ]
