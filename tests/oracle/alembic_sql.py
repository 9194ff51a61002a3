"""The SQL of Alembic's revisions, as `alembic upgrade --sql` prints it: `python -m oracle.alembic_sql FILE…`.

Prints {"path": sql}.
"""

from __future__ import annotations

import importlib.util
import io
import json
import sys

from alembic.migration import MigrationContext
from alembic.operations import Operations


def sql_of(path: str) -> str:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer}
    )
    spec = importlib.util.spec_from_file_location("revision", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with Operations.context(context):
        module.upgrade()
    return buffer.getvalue()


if __name__ == "__main__":
    json.dump({path: sql_of(path) for path in sys.argv[1:]}, sys.stdout)
