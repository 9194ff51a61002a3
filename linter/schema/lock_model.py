"""What each form of change locks and does, by server and version.

The entries of PostgreSQL are measured: the tests hold them against a real server. Those of MySQL and
MariaDB are taken from the manual, section "Online DDL Operations" of InnoDB; no server has been asked.

A form has one entry, or several for versions that differ: the first whose `since` the server has reached
counts. `own` is the lock on the table itself, `other` that on tables that it references.
"""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import Lock, Work

NONE, AE, SHARE = Lock.NONE, Lock.ACCESS_EXCLUSIVE, Lock.SHARE
SRE, SUE, ROWS = Lock.SHARE_ROW_EXCLUSIVE, Lock.SHARE_UPDATE_EXCLUSIVE, Lock.ROW_EXCLUSIVE
CATALOG, SCAN, BUILD, REWRITE = Work.CATALOG, Work.SCAN, Work.BUILD, Work.REWRITE


class Entry(NamedTuple):
    """The locks and the work of one form."""

    own: Lock
    work: Work = CATALOG
    other: Lock = NONE
    since: int = 0


POSTGRES: dict[str, tuple[Entry, ...]] = {
    # Tables
    "create table": (Entry(NONE),),
    "create table with foreign key": (Entry(NONE, other=SRE),),
    "drop table": (Entry(AE),),
    "drop table with foreign key": (Entry(AE, other=AE),),
    "rename table": (Entry(AE),),
    "truncate": (Entry(AE),),
    # Columns
    "add column": (Entry(AE),),
    "add column with constant default": (Entry(AE, since=11), Entry(AE, REWRITE)),
    "add column with volatile default": (Entry(AE, REWRITE),),
    "add identity column": (Entry(AE, REWRITE),),
    "add stored generated column": (Entry(AE, REWRITE),),
    "add virtual generated column": (Entry(AE),),
    "add unique column": (Entry(AE, BUILD),),
    "add primary key column": (Entry(AE, BUILD),),
    "add checked column": (Entry(AE, SCAN),),
    "add referencing column": (Entry(AE, other=SRE),),
    "add referencing column with default": (Entry(AE, SCAN, SRE),),
    "drop column": (Entry(AE),),
    "drop referencing column": (Entry(AE, other=AE),),
    "rename column": (Entry(AE),),
    "change type": (Entry(AE, REWRITE),),
    "change type for free": (Entry(AE),),
    "change type under check": (Entry(AE, SCAN),),
    "set not null": (Entry(AE, SCAN),),
    "set not null after valid check": (Entry(AE, since=12), Entry(AE, SCAN)),
    "drop not null": (Entry(AE),),
    "change default": (Entry(AE),),
    "set statistics": (Entry(SUE),),
    # Constraints
    "add primary key": (Entry(AE, BUILD),),
    "add primary key using index": (Entry(AE),),
    "add primary key using index over nullable columns": (Entry(AE, SCAN),),
    "add unique": (Entry(AE, BUILD),),
    "add unique using index": (Entry(AE),),
    "add exclude": (Entry(AE, BUILD),),
    "add check": (Entry(AE, SCAN),),
    "add check not valid": (Entry(AE),),
    "add foreign key": (Entry(SRE, SCAN, SRE),),
    "add foreign key not valid": (Entry(SRE, other=SRE),),
    "validate check": (Entry(SUE, SCAN),),
    "validate foreign key": (Entry(SUE, SCAN, Lock.ROW_SHARE),),
    "drop constraint": (Entry(AE),),
    "drop foreign key": (Entry(AE, other=AE),),
    "rename constraint": (Entry(AE),),
    # Indexes
    "create index": (Entry(SHARE, BUILD),),
    "create index concurrently": (Entry(SUE, BUILD),),
    "drop index": (Entry(AE),),
    "drop index concurrently": (Entry(SUE),),
    "reindex": (Entry(SHARE, BUILD),),
    "reindex concurrently": (Entry(SUE, BUILD),),
    "rename index": (Entry(NONE),),
    # Whole tables
    "vacuum": (Entry(SUE, SCAN),),
    "vacuum full": (Entry(AE, REWRITE),),
    "cluster": (Entry(AE, REWRITE),),
    "set logged": (Entry(AE, REWRITE),),
    "set tablespace": (Entry(AE, REWRITE),),
    "set access method": (Entry(AE, REWRITE),),
    "set storage parameter": (Entry(SUE),),
    "set schema": (Entry(AE),),
    "row level security": (Entry(AE),),
    "trigger": (Entry(SRE),),
    "drop trigger": (Entry(AE),),
    "comment": (Entry(SUE),),
    "attach partition": (Entry(SUE, SCAN),),
    "detach partition": (Entry(AE),),
    "detach partition concurrently": (Entry(SUE, since=14), Entry(AE)),
    "refresh materialized view": (Entry(AE, REWRITE),),
    "refresh materialized view concurrently": (Entry(Lock.EXCLUSIVE, REWRITE),),
    "lock table": (Entry(AE),),
    # Rows
    "write rows": (Entry(ROWS, SCAN),),
}
"""PostgreSQL. `since` is a major version."""

MYSQL: dict[str, tuple[Entry, ...]] = {
    "add identity column": (Entry(SHARE, REWRITE),),
    "add stored generated column": (Entry(SHARE, REWRITE),),
    "add check": (Entry(SHARE, REWRITE),),
    "add foreign key": (Entry(SHARE, REWRITE, SHARE),),
    "change type": (Entry(SHARE, REWRITE),),
    "copy table": (Entry(SHARE, REWRITE),),
    "lock exclusive": (Entry(AE, SCAN),),
    "write rows": (Entry(ROWS, SCAN),),
}
"""MySQL 8 with InnoDB, as its manual lists online DDL: what is not here lets reads and writes go on."""

OF_ENGINE = {"postgres": POSTGRES, "mysql": MYSQL}
