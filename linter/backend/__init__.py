"""The backend as rules see it: routes, guards, inputs, tables, queries, logs and calls.

Framework adapters fill it, rules read it. Nothing here parses, and no syntax tree is alive.
"""

from linter.backend.changes import Change, Effect, Engine, Lock, Revision, Tool, Work
from linter.backend.model import Backend, Linker, Schema
from linter.backend.routes import (
    Guard,
    GuardKind,
    GuardLevel,
    Input,
    InputPlace,
    Output,
    Route,
    Setting,
    Verdict,
)
from linter.backend.schema import (
    Column,
    Constraint,
    Index,
    Query,
    Statement,
    Table,
    TableColumn,
    TableIndex,
)
from linter.backend.sites import LOG_LEVELS, LOGGERS, LogCall, Outbound, Site, statement_range
from linter.file_roles import is_run_by_hand, is_test
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project, Resolved, Variable

__all__ = [
    "LOGGERS",
    "LOG_LEVELS",
    "Backend",
    "Change",
    "Class",
    "Column",
    "Constraint",
    "Definition",
    "Effect",
    "Engine",
    "Function",
    "Guard",
    "GuardKind",
    "GuardLevel",
    "Index",
    "Input",
    "InputPlace",
    "Linker",
    "Lock",
    "LogCall",
    "Module",
    "Outbound",
    "Output",
    "Project",
    "Query",
    "Resolved",
    "Revision",
    "Route",
    "Schema",
    "Setting",
    "Site",
    "Statement",
    "Table",
    "TableColumn",
    "TableIndex",
    "Tool",
    "Variable",
    "Verdict",
    "Work",
    "is_run_by_hand",
    "is_test",
    "statement_range",
]
