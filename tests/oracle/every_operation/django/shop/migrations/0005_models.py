from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_keys")]
    operations = [
        migrations.AlterModelOptions("order", {"ordering": ["number"]}),
        migrations.AlterModelManagers("order", []),
        migrations.AlterModelTableComment("order", "what was ordered"),
        migrations.RenameModel("Order", "Purchase"),
        migrations.AlterModelTable("customer", "buyers"),
        migrations.DeleteModel("Receipt"),
    ]
