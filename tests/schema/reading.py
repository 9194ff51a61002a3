"""Small projects as schemas, for tests."""

import textwrap

from linter.backend import Backend
from linter.extract.files import extract
from linter.link.schema import ProjectSchema
from linter.resolve.project import Project


def schema_of(files, dialect="auto", postgres=""):
    """The schema of a project given as text by path."""
    texts = {path: textwrap.dedent(text) for path, text in files.items()}
    facts = {}
    for path, text in texts.items():
        language = "sql" if path.endswith(".sql") else "python"
        facts[path] = extract(text.encode(), language, "postgres")
    return ProjectSchema(Backend(Project(facts), texts.__getitem__), facts, dialect, postgres)


def shape(table):
    """A table as short text: a line for each column, a line for each index. What is unique is indexed."""
    columns = []
    for column in table.columns.values():
        flags = [column.name, column.type or "?"]
        flags += [word for word in ("nullable", "primary_key", "unique") if getattr(column, word)]
        flags += ["indexed"] if column.indexed and not column.unique else []
        flags += [f"-> {column.references}"] if column.references else []
        columns.append(" ".join(flags))
    indexes = [("unique " if index.unique else "") + ", ".join(index.columns) for index in table.indexes]
    return columns, indexes
