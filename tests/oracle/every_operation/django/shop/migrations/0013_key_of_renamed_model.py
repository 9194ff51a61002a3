from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0012_altered_targets")]
    operations = [
        migrations.AlterField("state", "id", models.AutoField(primary_key=True)),
    ]
