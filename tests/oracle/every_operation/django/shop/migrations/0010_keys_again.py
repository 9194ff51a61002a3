from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0009_altered_again")]
    operations = [
        migrations.AlterField(
            "remark", "legacy", models.ForeignKey(on_delete=models.PROTECT, to="shop.legacy", default=1)
        ),
        migrations.AlterField(
            "remark",
            "other",
            models.ForeignKey(null=True, db_constraint=False, on_delete=models.CASCADE, to="shop.purchase"),
        ),
        migrations.AlterField(
            "remark", "single", models.OneToOneField(null=True, on_delete=models.CASCADE, to="shop.tag")
        ),
        migrations.AlterField("legacy", "code", models.CharField(max_length=9)),
        migrations.AlterField("legacy", "size", models.IntegerField(default=0)),
    ]
