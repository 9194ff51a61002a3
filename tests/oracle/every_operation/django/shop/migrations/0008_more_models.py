from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0007_by_hand")]
    operations = [
        migrations.CreateModel(
            name="Legacy",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("code", models.CharField(max_length=9, unique=True)),
                ("size", models.IntegerField(default=0)),
                ("title", models.CharField(max_length=9, db_index=True)),
                ("old", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("legacy", models.ForeignKey(null=True, on_delete=models.CASCADE, to="shop.legacy")),
                ("other", models.ForeignKey(null=True, on_delete=models.CASCADE, to="shop.customer")),
                ("single", models.OneToOneField(null=True, on_delete=models.CASCADE, to="shop.tag")),
                ("links", models.ManyToManyField(to="shop.legacy", related_name="+")),
            ],
        ),
    ]
