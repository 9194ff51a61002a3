"""The SQL of migrations, as `sqlmigrate` prints it: `python -m oracle.django_sql FOLDER SETTINGS URI`.

Each migration is applied before the next one is asked. Prints {"app.name": [statements]}.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit


def database(uri: str) -> dict[str, Any]:
    parts = urlsplit(uri)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/") or "postgres",
        "USER": parts.username or "",
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": parts.port or "",
    }


def main(folder: str, settings: str, uri: str) -> None:
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.conf import settings as configured

    configured.DATABASES = {"default": database(uri)}
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    executor = MigrationExecutor(connection)
    found = {}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    for migration, _ in plan:
        key = (migration.app_label, migration.name)
        if not _is_djangos(migration.app_label):
            found[".".join(key)] = executor.loader.collect_sql([(migration, False)])
        # The next one asks the database for names that this one gives.
        if migration is not plan[-1][0]:
            MigrationExecutor(connection).migrate([key])
    json.dump(found, sys.stdout)


def _is_djangos(label: str) -> bool:
    from django.apps import apps

    return apps.get_app_config(label).name.startswith("django.")


if __name__ == "__main__":
    main(*sys.argv[1:])
