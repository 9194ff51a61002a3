from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    CreateCollation,
    RemoveCollation,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0005_models")]
    operations = [
        CreateCollation("german", locale="C"),
        RemoveCollation("german", locale="C"),
        AddIndexConcurrently("purchase", models.Index(fields=["area"], name="purchase_area")),
        RemoveIndexConcurrently("purchase", "purchase_area"),
        AddConstraintNotValid(
            "purchase",
            models.CheckConstraint(condition=models.Q(area__isnull=False), name="purchase_somewhere"),
        ),
        ValidateConstraint("purchase", "purchase_somewhere"),
    ]
