from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0008_more_models")]
    operations = [
        migrations.AlterField("legacy", "id", models.BigAutoField(primary_key=True)),
        migrations.AlterField("legacy", "code", models.CharField(max_length=9, db_index=True)),
        migrations.AlterField("legacy", "size", models.PositiveIntegerField(default=0)),
        migrations.AlterField("legacy", "title", models.TextField(db_index=True)),
        migrations.AlterField("legacy", "old", models.BooleanField(default=False, db_default=False)),
        migrations.AlterField(
            "remark", "legacy", models.ForeignKey(on_delete=models.CASCADE, to="shop.legacy", default=1)
        ),
        migrations.AlterField(
            "remark", "other", models.ForeignKey(null=True, on_delete=models.CASCADE, to="shop.purchase")
        ),
        migrations.AlterField(
            "remark", "single", models.ForeignKey(null=True, on_delete=models.CASCADE, to="shop.tag")
        ),
    ]
