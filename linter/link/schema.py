"""Everything that the project says about its databases, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from linter.backend import Backend, Query, Revision, Statement, Table
from linter.facts.files import FileFacts
from linter.schema.changes import revisions
from linter.schema.databases import databases, dialect_of, spelled
from linter.schema.migration import Migration
from linter.schema.sql_files import sql_migrations
from linter.schema.strings import SqlStrings
from linter.schema.timeline import History, histories, replay

if TYPE_CHECKING:
    from linter.frameworks.django.models import DjangoModels
    from linter.frameworks.peewee.tables import PeeweeModels
    from linter.frameworks.sqlalchemy.tables import SqlalchemyModels
    from linter.frameworks.tortoise.models import TortoiseModels


class ProjectSchema:
    """Tables, statements, migrations and queries of a project.

    `files` are the facts by path, SQL files included. `dialect` is `postgres`, `mysql`, `sqlite`, or
    `auto` to take that of the first database found. `postgres` is the version of that server.
    """

    def __init__(
        self, backend: Backend, files: Mapping[str, FileFacts], dialect: str = "auto", postgres: str = ""
    ) -> None:
        self.backend = backend
        self._files = files
        self._dialect = dialect
        self.postgres = postgres

    @cached_property
    def databases(self) -> tuple[str, ...]:
        """Those of `postgresql`, `mysql` and `sqlite` that the project is written for."""
        return databases(self.backend) or spelled(self._files.items())

    @cached_property
    def dialect(self) -> str:
        """The dialect of statements that do not say it themselves."""
        return dialect_of(self.databases) if self._dialect == "auto" else self._dialect

    @cached_property
    def django(self) -> DjangoModels | None:
        """Django's models; None for a project that does not import Django."""
        if "django" not in self.backend.project.imported:
            return None
        from linter.frameworks.django.models import DjangoModels

        return DjangoModels(self.backend)

    @cached_property
    def sqlalchemy(self) -> SqlalchemyModels | None:
        """SQLAlchemy's models; None for a project that imports neither it nor what is built on it."""
        if self.backend.project.imported.isdisjoint(("sqlalchemy", "sqlmodel", "flask_sqlalchemy")):
            return None
        from linter.frameworks.sqlalchemy.tables import SqlalchemyModels

        return SqlalchemyModels(self.backend)

    @cached_property
    def peewee(self) -> PeeweeModels | None:
        """Peewee's models; None for a project that does not import it."""
        if "peewee" not in self.backend.project.imported:
            return None
        from linter.frameworks.peewee.tables import PeeweeModels

        return PeeweeModels(self.backend)

    @cached_property
    def tortoise(self) -> TortoiseModels | None:
        """Tortoise's models; None for a project that does not import it."""
        if "tortoise" not in self.backend.project.imported:
            return None
        from linter.frameworks.tortoise.models import TortoiseModels

        return TortoiseModels(self.backend)

    @cached_property
    def declared(self) -> dict[str, Table]:
        """The tables of models by name, as their classes declare them."""
        found: dict[str, Table] = {}
        for models in (self.django, self.sqlalchemy, self.peewee, self.tortoise):
            found |= models.tables if models is not None else {}
        return found

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables by name: those of models, and those that only migrations or SQL files declare.

        Next to models, a table that is left over from migrations may be long gone; it counts as incomplete.
        The table in which Aerich keeps its versions is left out.
        """
        found = dict(self.declared)
        known = {name.rpartition(".")[2] for name in found}
        own = {"aerich"} if self.tortoise is not None else set()
        for name, table in self.migrated.items():
            if name not in found and name.rpartition(".")[2] not in known | own:
                found[name] = replace(table, complete=table.complete and not known)
        return {name: self._placed(table) for name, table in sorted(found.items())}

    def _placed(self, table: Table) -> Table:
        """The table, marked when it lies in another database than the one that migrations make.

        Django and Tortoise make tables for many-to-many fields, which have no model.
        """
        is_made = table.model is not None or table.source in ("django", "tortoise")
        own = is_made or table.name in self.migrated
        return table if own or not self.migrations else replace(table, elsewhere=True)

    @cached_property
    def migrated(self) -> dict[str, Table]:
        """The tables that migrations and SQL files leave behind, models left aside."""
        return {name: table for history in self._histories for name, table in history.tables.items()}

    @cached_property
    def migrations(self) -> tuple[str, ...]:
        """Paths of all migration files."""
        return tuple(sorted(path for history in self._histories for path in history.paths if path))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements: of migrations, SQL files and strings that go to a database, by place."""
        found = [statement for history in self._histories for statement in history.statements]
        found += self._strings_outside
        for migration in self._sql_files[1]:
            found += replay([migration], "file", self.dialect, self.tables).statements
        return tuple(sorted(found, key=lambda each: each.location))

    @cached_property
    def revisions(self) -> tuple[Revision, ...]:
        """All migrations, and SQL files that are none, with what each change locks and does."""
        others = [replay([each], "file", self.dialect, self.tables) for each in self._sql_files[1]]
        return revisions([*self._histories, *others], self.postgres)

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """All queries by ORM and SQL outside tests, by place."""
        found: list[Query] = []
        if self._strings_outside:
            from linter.schema.queries_sql import queries as sql_queries

            found += sql_queries(self._strings_outside, self.tables)
        if self.django is not None:
            from linter.frameworks.django.queries import queries as django_queries

            found += django_queries(self.backend, self.django)
        if self.sqlalchemy is not None:
            from linter.frameworks.sqlalchemy.queries import queries as sqlalchemy_queries

            found += sqlalchemy_queries(self.backend, self.sqlalchemy)
        if self.tortoise is not None:
            from linter.frameworks.tortoise.queries import queries as tortoise_queries

            found += tortoise_queries(self.backend, self.tortoise)
        return tuple(sorted(found, key=lambda each: (each.location, each.table)))

    @cached_property
    def _strings(self) -> SqlStrings:
        return SqlStrings(self.backend.project)

    @cached_property
    def _sql_files(self) -> tuple[list[list[Migration]], list[Migration]]:
        return sql_migrations(self._files, self.backend.text_of)

    @cached_property
    def _histories(self) -> list[History]:
        """The histories of all databases: Django's, each of Alembic's, of Aerich's, each folder of SQL."""
        found: list[History] = []
        if self.django is not None:
            from linter.frameworks.django.migrations import migrations

            found.append(replay(migrations(self.backend, self._strings), "django", self.dialect))
        if "alembic" in self.backend.project.imported:
            from linter.frameworks.alembic.revisions import revisions as alembic_revisions

            found_revisions = alembic_revisions(self.backend, self._strings)
            found += [replay(group, "alembic", self.dialect) for group in histories(found_revisions)]
        if "tortoise" in self.backend.project.imported:
            from linter.frameworks.tortoise.aerich import migrations as aerich_migrations

            versions = aerich_migrations(self.backend, self._strings)
            found += [replay(group, "string", self.dialect) for group in histories(versions)]
        found += [replay(group, "file", self.dialect) for group in self._sql_files[0]]
        declared = [replay([each], "file", self.dialect) for each in self._sql_files[1]]
        # A file that creates tables but is no migration declares a schema; its path is no migration's.
        found += [History((), history.tables, ()) for history in declared if history.tables]
        return found

    @cached_property
    def _strings_outside(self) -> list[Statement]:
        from linter.schema.database_calls import string_statements

        return string_statements(
            self.backend, self._strings, frozenset(self.migrations), self.tables, self.dialect
        )
