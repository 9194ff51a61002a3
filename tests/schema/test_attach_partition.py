"""Which rows ATTACH PARTITION reads, on real servers, and what the rule says of the same migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linter.config import load_settings
from linter.packs import builtin_folder, rule_files
from linter.pipeline import Run
from linter.sources import discover
from tests.schema.real_postgres import server

RULE = "migrations/attach-scans-partition"
TABLES = """
CREATE TABLE t (id bigint, a integer) PARTITION BY RANGE (id);
CREATE TABLE part (id bigint, a integer);
"""
ROWS = "INSERT INTO part SELECT i, i FROM generate_series(1, 50) i;"
DEFAULT = "CREATE TABLE rest PARTITION OF t DEFAULT;"
ATTACH = "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (100);"
NOT_NULL = "ALTER TABLE part ALTER COLUMN id SET NOT NULL;"
CHECK = "ALTER TABLE part ADD CONSTRAINT fits CHECK (id >= 1 AND id < 100);"
CASES = {
    "no check": "",
    "not null only": NOT_NULL,
    "check that lets null pass": CHECK,
    "check of a column that is not null": NOT_NULL + CHECK,
    "check that rules null out": CHECK.replace("id >= 1", "id IS NOT NULL AND id >= 1"),
    "check that is not validated": NOT_NULL + CHECK.replace(");", ") NOT VALID;"),
    "check that is validated later": NOT_NULL
    + CHECK.replace(");", ") NOT VALID;")
    + "ALTER TABLE part VALIDATE CONSTRAINT fits;",
    "two checks": NOT_NULL
    + "ALTER TABLE part ADD CONSTRAINT low CHECK (id >= 1);"
    + "ALTER TABLE part ADD CONSTRAINT high CHECK (id < 100);",
    "default partition": NOT_NULL + CHECK + DEFAULT,
    "default partition with a check": NOT_NULL
    + CHECK
    + DEFAULT
    + "ALTER TABLE rest ADD CONSTRAINT other CHECK (id IS NULL OR id >= 100);",
}


@pytest.fixture(scope="module", params=(16, 18))
def postgres(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, str]]:
    with server(tmp_path_factory.mktemp("postgres"), request.param) as uri:
        yield request.param, uri


@pytest.mark.parametrize("case", CASES)
def test_rows_are_read_where_the_rule_says_so(case: str, postgres: tuple[int, str], tmp_path: Path) -> None:
    assert bool(_findings(tmp_path, CASES[case])) == _reads_rows(postgres[1], CASES[case])


def _reads_rows(uri: str, setup: str) -> bool:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        admin.execute(TABLES + ROWS + setup)
        if DEFAULT in setup:
            admin.execute("INSERT INTO t SELECT i, i FROM generate_series(200, 300) i")
    with psycopg.connect(uri) as connection:
        connection.execute(ATTACH)
        (count,) = connection.execute(
            "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables"
        ).fetchone() or (0,)
        connection.rollback()
    return bool(count)


def _findings(root: Path, setup: str) -> list[str]:
    folder = root / "migrations"
    folder.mkdir()
    (folder / "0001_tables.sql").write_text(TABLES)
    (folder / "0002_checks.sql").write_text(setup or "SELECT 1;")
    (folder / "0003_attach.sql").write_text(ATTACH)
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in rule_files(builtin_folder()) if each.id == RULE]
    return [each.message for each in run.check_afresh().findings]
