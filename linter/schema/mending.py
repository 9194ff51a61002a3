"""Edits of migrations in Python: steps out of the transaction, constraints checked later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.backend import Change, Verdict
from linter.concrete import sole_call, with_keyword
from linter.schema.spelling import quoted

if TYPE_CHECKING:
    import libcst as cst

    from linter.rule import Replacement

CONCURRENT_OPERATIONS = "django.contrib.postgres.operations"
"""Where Django keeps the operations that work beside the traffic."""


def is_mendable(change: Change) -> bool:
    """Whether fixes know its form: an operation, or SQL whose transaction can be told."""
    if change.statement.origin != "file":
        return change.statement.derived
    alone = len(change.revision.statements) == 1
    return change.in_transaction is Verdict.NO or (alone and change.in_transaction is Verdict.YES)


def concurrently(node: cst.CSTNode, change: Change) -> Replacement | None:
    """The statement that creates or drops an index beside the traffic, in its own language."""
    if change.tool == "django":
        return _sole_operation(node, change)
    name = "create_index" if change.kind == "create-index" else "drop_index"
    call = sole_call(node, name)
    if call is None or _proxy(call) is None:
        return None
    edited = node.deep_replace(call, with_keyword(call, "postgresql_concurrently", "True"))
    return _in_autocommit_block(edited, call)


def outside_transaction(node: cst.CSTNode, change: Change) -> Replacement | None:
    """The same statement where no transaction is open."""
    if change.tool == "django":
        return _without_transaction(node)
    for name in ("execute", "create_index", "drop_index"):
        call = sole_call(node, name)
        if call is not None:
            return _in_autocommit_block(node, call)
    return None


def checked_later(node: cst.CSTNode, change: Change) -> Replacement | None:
    """A constraint that is added NOT VALID, and validated when that is committed."""
    import libcst as cst

    kind = "create_foreign_key" if change.kind == "add-foreign-key" else "create_check_constraint"
    call = sole_call(node, kind)
    if change.tool != "alembic" or call is None or _proxy(call) is None or not change.action.name:
        return None
    sql = f"ALTER TABLE {quoted(change.name)} VALIDATE CONSTRAINT {quoted(change.action.name)}"
    if '"' in sql or "\\" in sql or not sql.isprintable():
        return None
    added = node.deep_replace(call, with_keyword(call, "postgresql_not_valid", "True"))
    validate = cst.parse_statement(f'{_proxy(call)}.execute("{sql}")')
    block = _in_autocommit_block(validate, call)
    if not isinstance(added, cst.SimpleStatementLine) or not isinstance(block, cst.With):
        return None
    return cst.FlattenSentinel([added, block])


def _proxy(call: cst.Call) -> str | None:
    """The name of Alembic's `op` in `op.create_index(…)`; None for a batch and anything else."""
    import libcst as cst

    if isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name):
        return call.func.value.value if call.func.value.value == "op" else None
    return None


def _in_autocommit_block(node: cst.CSTNode, call: cst.Call) -> cst.With | None:
    import libcst as cst

    proxy = _proxy(call)
    if proxy is None or not isinstance(node, cst.SimpleStatementLine):
        return None
    block = cst.parse_statement(f"with {proxy}.get_context().autocommit_block():\n    pass\n")
    if not isinstance(block, cst.With):
        return None
    inner = node.with_changes(leading_lines=[])
    return block.with_changes(body=cst.IndentedBlock([inner]), leading_lines=node.leading_lines)


def _sole_operation(node: cst.CSTNode, change: Change) -> Replacement | None:
    """`operations` with its one AddIndex or RemoveIndex in the concurrent form, outside a transaction."""
    import libcst as cst

    name = "AddIndex" if change.kind == "create-index" else "RemoveIndex"
    call = _sole_element(node)
    if call is None or not isinstance(call.func, cst.Attribute) or call.func.attr.value != name:
        return None
    edited = node.deep_replace(call, call.with_changes(func=cst.Name(f"{name}Concurrently")))
    return _without_transaction(edited) if change.in_transaction is Verdict.YES else edited


def _sole_element(node: cst.CSTNode) -> cst.Call | None:
    """The one operation in `operations = […]`."""
    import libcst as cst

    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return None
    assign = node.body[0]
    value = assign.value if isinstance(assign, (cst.Assign, cst.AnnAssign)) else None
    if not isinstance(value, cst.List) or len(value.elements) != 1:
        return None
    element = value.elements[0].value
    return element if isinstance(element, cst.Call) else None


def _without_transaction(node: cst.CSTNode) -> Replacement | None:
    """`atomic = False` in front of `operations = […]` with one operation."""
    import libcst as cst

    if _sole_element(node) is None or not isinstance(node, cst.SimpleStatementLine):
        return None
    atomic = cst.ensure_type(cst.parse_statement("atomic = False"), cst.SimpleStatementLine)
    return cst.FlattenSentinel(
        [atomic.with_changes(leading_lines=node.leading_lines), node.with_changes(leading_lines=[])]
    )
