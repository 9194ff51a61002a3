"""The actions of ALTER TABLE."""

from __future__ import annotations

from linter.facts.sql import Action, Column
from linter.parse.ddl_columns import column_of, constraint_of, key_columns, starts_constraint, type_of
from linter.parse.ddl_cursor import Cursor


def alter_actions(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    """Read everything behind `ALTER TABLE`. `cascade`, `if-exists` and the like are flags of each action.

    `table-if-exists` and `only` belong to the statement, and stand on all of its actions.
    """
    common: tuple[str, ...] = ()
    if cursor.accept("IF EXISTS"):
        common += ("table-if-exists",)
    common += cursor.flag("ONLY")
    table = cursor.qualified()
    cursor.accept("*")
    actions: list[Action] = []
    for part in cursor.parts():
        actions += _Alteration(part, table, common, dialect).read()
    return tuple(actions)


_PHRASES = (
    "ENABLE ROW LEVEL SECURITY",
    "DISABLE ROW LEVEL SECURITY",
    "FORCE ROW LEVEL SECURITY",
    "NO FORCE ROW LEVEL SECURITY",
    "CONVERT TO CHARACTER SET",
    "SET ACCESS METHOD",
    "ADD GENERATED",
    "DROP IDENTITY",
    "DROP EXPRESSION",
    "INHERIT",
    "ENGINE",
    "AUTO_INCREMENT",
    "COMMENT",
)


class _Alteration:
    """One of the comma-separated actions of an ALTER TABLE."""

    def __init__(self, cursor: Cursor, table: str, common: tuple[str, ...], dialect: str) -> None:
        self.cursor = cursor
        self.table = table
        self.common = common
        self.dialect = dialect

    def read(self) -> list[Action]:
        cursor = self.cursor
        match cursor.accept_any("ADD", "DROP", "ALTER", "RENAME", "VALIDATE", "MODIFY", "CHANGE"):
            case "ADD":
                return self._add()
            case "DROP":
                return [self._drop()]
            case "ALTER":
                return [self._alter()]
            case "RENAME":
                return [self._rename()]
            case "VALIDATE" if cursor.accept("CONSTRAINT"):
                return [self._action("validate-constraint", name=cursor.name())]
            case "MODIFY":
                cursor.accept("COLUMN")
                return [self._redefined()]
            case "CHANGE":
                return self._changed()
        return [self._other()]

    def _action(
        self,
        kind: str,
        columns: tuple[Column, ...] = (),
        *,
        name: str = "",
        references: str = "",
        flags: tuple[str, ...] = (),
        expression: str = "",
        referenced: tuple[str, ...] = (),
    ) -> Action:
        flags += self.common
        return Action(kind, self.table, columns, name, references, flags, expression, referenced)

    def _add(self) -> list[Action]:
        cursor = self.cursor
        if starts_constraint(cursor):
            found = constraint_of(cursor, self.table)
            return [
                self._action(
                    found.kind,
                    found.columns,
                    name=found.name,
                    references=found.references,
                    flags=found.flags,
                    expression=found.expression,
                    referenced=found.referenced,
                )
            ]
        if self.dialect == "mysql" and (index := self._add_index()):
            return [index]
        if cursor.sees("PARTITION"):
            return [self._other("add")]
        cursor.accept("COLUMN")
        if_not_exists = cursor.flag("IF NOT EXISTS")
        definitions = list(cursor.group().parts()) if cursor.word.key == "(" else [cursor]
        return [self._added(each, if_not_exists) for each in definitions]

    def _added(self, cursor: Cursor, flags: tuple[str, ...]) -> Action:
        column, extra = column_of(cursor)
        return self._action("add-column", (column,), references=column.references or "", flags=flags + extra)

    def _add_index(self) -> Action | None:
        cursor = self.cursor
        start = cursor.position
        kind = cursor.accept_any("FULLTEXT", "SPATIAL")
        flags = (kind.lower(),) if kind else ()
        if cursor.accept_any("INDEX", "KEY") or kind:
            name = "" if cursor.word.key == "(" or cursor.sees("USING") else cursor.name()
            if cursor.accept("USING"):
                cursor.take()
            if cursor.word.key == "(":
                return self._action("create-index", key_columns(cursor.group()), name=name, flags=flags)
        cursor.position = start
        return None

    def _drop(self) -> Action:
        cursor = self.cursor
        mysql = self.dialect == "mysql"
        if cursor.accept("CONSTRAINT") or (mysql and cursor.accept_any("FOREIGN KEY", "CHECK")):
            if_exists = cursor.flag("IF EXISTS")
            return self._action("drop-constraint", name=cursor.name(), flags=if_exists + self._behaviour())
        if cursor.accept("PRIMARY KEY"):
            return self._action("drop-constraint", flags=("primary-key",))
        if mysql and cursor.accept_any("INDEX", "KEY"):
            return self._action("drop-index", name=cursor.name())
        if cursor.sees("PARTITION"):
            return self._other("drop")
        cursor.accept("COLUMN")
        if_exists = cursor.flag("IF EXISTS")
        return self._action("drop-column", (Column(cursor.name(), ""),), flags=if_exists + self._behaviour())

    def _behaviour(self) -> tuple[str, ...]:
        return self.cursor.flag("CASCADE") + self.cursor.flag("RESTRICT")

    def _alter(self) -> Action:
        cursor = self.cursor
        if cursor.sees("CONSTRAINT") or (
            self.dialect == "mysql" and (cursor.sees("INDEX") or cursor.sees("CHECK"))
        ):
            return self._other("alter")
        cursor.accept("COLUMN")
        name = cursor.name()
        if cursor.accept_any("SET DATA TYPE", "TYPE"):
            column = Column(name, type_of(cursor))
            return self._action(
                "alter-column-type", (column,), flags=("using",) if cursor.holds("USING") else ()
            )
        if cursor.accept("SET DEFAULT"):
            default = cursor.source(cursor.position, len(cursor.words))
            return self._action("set-default", (Column(name, "", default=default),))
        plain = cursor.accept_any("SET NOT NULL", "DROP NOT NULL", "DROP DEFAULT")
        if plain:
            return self._action(
                plain.lower().replace(" ", "-"), (Column(name, "", nullable=plain != "SET NOT NULL"),)
            )
        return self._other("alter-column", (Column(name, ""),))

    def _rename(self) -> Action:
        cursor = self.cursor
        if cursor.accept_any("TO", "AS"):
            return self._action("rename-table", name=cursor.qualified())
        if cursor.sees("CONSTRAINT") or (
            self.dialect == "mysql" and (cursor.sees("INDEX") or cursor.sees("KEY"))
        ):
            what = cursor.take().key.lower()
            return self._action("other", name=self._new_name(), flags=(f"rename-{what}",))
        cursor.accept("COLUMN")
        old = cursor.name()
        cursor.accept("TO")
        return self._action("rename-column", (Column(old, ""),), name=cursor.name())

    def _new_name(self) -> str:
        self.cursor.seek("TO")
        self.cursor.take()
        return self.cursor.name()

    def _redefined(self) -> Action:
        """MODIFY of MySQL says a column's whole definition anew."""
        column, extra = column_of(self.cursor)
        return self._action("alter-column-type", (column,), flags=("redefined", *extra))

    def _changed(self) -> list[Action]:
        """CHANGE of MySQL renames a column and says its whole definition anew."""
        cursor = self.cursor
        cursor.accept("COLUMN")
        old = cursor.name()
        redefined = self._redefined()
        new = redefined.columns[0].name
        if new == old:
            return [redefined]
        return [self._action("rename-column", (Column(old, ""),), name=new), redefined]

    def _other(self, verb: str = "", columns: tuple[Column, ...] = ()) -> Action:
        """An action without a kind of its own: its first flag is how it is spelled, without names."""
        cursor = self.cursor
        if option := cursor.accept_any("ALGORITHM", "LOCK"):
            cursor.accept("=")
            return self._action("other", flags=(f"{option.lower()}-{cursor.take().name}",))
        phrase = cursor.accept_any(*_PHRASES).split()
        words = [verb, *(word.lower() for word in phrase)] if verb else [word.lower() for word in phrase]
        while not phrase and len(words) < (3 if columns else 2) and cursor.word.kind == "word":
            words.append(cursor.take().key.lower())
        cursor.accept("=")
        name = cursor.qualified() if cursor.sees_name() and not columns else ""
        flags = ("-".join(words), *cursor.flag("CONCURRENTLY"), *cursor.flag("FINALIZE"))
        if words[:1] == ["attach"]:
            flags += cursor.flag("DEFAULT")
            flags += ("hash",) if any(each.key == "MODULUS" for each in cursor.words) else ()
        return self._action("other", columns, name=name, flags=flags)
