from django.db import migrations, models


def fill(apps, schema_editor):
    apps.get_model("shop", "Purchase").objects.filter(area="").update(area="north")


class Migration(migrations.Migration):
    dependencies = [("shop", "0006_postgres")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_purchase ADD COLUMN extra integer", migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("CREATE INDEX extra_idx ON shop_purchase (extra)")],
            state_operations=[migrations.AddField("purchase", "extra", models.IntegerField(null=True))],
        ),
        migrations.AlterField("purchase", "extra", models.BigIntegerField(null=True)),
    ]
