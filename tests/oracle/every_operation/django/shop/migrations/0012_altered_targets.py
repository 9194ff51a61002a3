from django.db import migrations, models
from django.db.models import CASCADE, SET_NULL


class Migration(migrations.Migration):
    dependencies = [("shop", "0011_to_field")]
    operations = [
        migrations.AlterField("country", "code", models.CharField(max_length=3, unique=True)),
        migrations.AlterField(
            "country", "number", models.BigIntegerField(unique=True, db_column="iso_number")
        ),
        migrations.RenameField("country", "code", "letters"),
        migrations.AlterField("country", "letters", models.CharField(max_length=4, unique=True)),
        migrations.AlterField(
            "city",
            "country",
            models.ForeignKey("shop.country", CASCADE, to_field="letters", null=True),
        ),
        migrations.RenameField("city", "former", "previous"),
        migrations.AlterField(
            "city",
            "previous",
            models.ForeignKey("shop.country", SET_NULL, to_field="number", null=True, related_name="+"),
        ),
        migrations.AlterField("city", "capital", models.OneToOneField("shop.country", CASCADE, null=True)),
        migrations.RenameModel("Country", "State"),
    ]
