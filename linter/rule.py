"""What a rule is. Rule packs, built-in or a team's own, import from here only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

from linter.finding import Confidence, Finding, Location, Note, Severity

if TYPE_CHECKING:
    import libcst as cst

    from linter.backend import Backend, Change, Site, Statement, TableColumn
    from linter.flow import Flow, SinkSite
    from linter.mending_sql import Insertion, Place
    from linter.schema.model_indexes import IndexPlan

    Replacement: TypeAlias = "cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]"
    """A node, or several that stand in for one."""

__all__ = [
    "ColumnRule",
    "Confidence",
    "CstRule",
    "Finding",
    "FlowRule",
    "Location",
    "MigrationRule",
    "Note",
    "Outcome",
    "Rule",
    "Severity",
    "SqlRule",
    "Undecided",
]


class Subject(Protocol):
    """Anything that a rule can judge: it has a place and a name to show.

    `scope` is the full name of the function or class around it. A definition of the project is a
    subject as well; its `scope` holds facts, and its own name counts.
    """

    @property
    def location(self) -> Location: ...
    @property
    def scope(self) -> object: ...


def scope_name(subject: Subject) -> str:
    """The full name of the function or class that a subject is, or lies in."""
    scope = subject.scope
    return scope if isinstance(scope, str) else str(getattr(subject, "name", ""))


S = TypeVar("S", bound=Subject)


class Undecided:
    """The facts do not say whether a subject complies; `why` is shown in the audit."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


Outcome: TypeAlias = "Finding | Undecided"


class Rule(ABC, Generic[S]):
    """One question about the backend.

    Subclasses live one to a file; the path is the id. The class docstring is the documentation.
    """

    id: ClassVar[str] = ""
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence]
    noun: ClassVar[str]
    """What the subjects are called in the audit: "routes that change state"."""
    cwe: ClassVar[int | None] = None
    owasp: ClassVar[str] = ""
    fix_safety: ClassVar[Literal["", "safe", "unsafe"]] = ""
    spares_new_tables: ClassVar[bool] = False
    """Whether findings about a table are wrong while the migration that makes the table is not released."""
    follows_values: ClassVar[bool] = False
    """Whether the rule asks where values of callers end up: such rules share a process, and the answers."""
    opt_in: ClassVar[bool] = False
    """Runs only when the configuration selects the rule by its full name, whatever the profile."""

    @abstractmethod
    def subjects(self, backend: Backend) -> Iterable[S]:
        """Everything that this rule judges, in any order."""

    @abstractmethod
    def check(self, subject: S, backend: Backend) -> Iterator[Outcome]:
        """Yield a finding for each violation; nothing when the subject complies."""

    def finding(
        self,
        at: Subject,
        message: str,
        *,
        help: str = "",
        location: Location | None = None,
        related: Iterable[Note] = (),
        path: Iterable[Note] = (),
        fixable: bool | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        together: str = "",
    ) -> Finding:
        """A finding at `at`, or at `location` inside it.

        `severity` and `confidence` are given where this one weighs less, or is less certain, than the rule's
        findings are in general. `together` is the path of a migration that is as new as this one, or the
        finding is wrong.
        """
        if fixable is None:
            fixable = bool(self.fix_safety)
        return Finding(
            rule=self.id,
            message=message,
            location=location or at.location,
            severity=severity or self.severity,
            confidence=confidence or self.confidence,
            help=help,
            scope=scope_name(at),
            related=tuple(related),
            path=tuple(path),
            fixable=self.fix_safety if fixable else "",
            assumes=getattr(at, "assumes", "") if self.spares_new_tables else "",
            together=together,
        )

    @classmethod
    def documentation(cls) -> tuple[str, str]:
        """The title (first sentence) and the Markdown body of the docstring."""
        from inspect import cleandoc

        title, _, body = cleandoc(cls.__doc__ or "").partition("\n\n")
        return " ".join(title.split()), body.strip()


class CstRule(Rule["Site"]):
    """Judges one statement by itself.

    `subjects` is the gate: it picks candidates by their facts. `check` judges by facts; when they
    cannot decide, `check` may ask `site.statement_node()` for the LibCST statement. `fix` edits it.
    """

    imports: ClassVar[tuple[str, ...]] = ()
    """What the fixed statement needs: `hmac` for `import hmac`, `fastapi:Query` for a `from` import."""

    def fix(self, node: cst.CSTNode, site: Site) -> Replacement | None:
        """The edited statement, or None when this place cannot be mended mechanically.

        `node` is the innermost statement, `except` clause or definition that holds the finding, in the
        tree of its file. Return a changed copy (`node.with_changes`, `node.visit(transformer)`), or a
        `FlattenSentinel` of several nodes to stand in its place.
        """
        return None


class MigrationRule(Rule["Change"]):
    """Judges one change of a migration, and can edit the operation or the SQL that makes it."""

    def fix(self, node: cst.CSTNode, change: Change) -> Replacement | None:
        """The edited statement, or None when this place cannot be mended mechanically.

        `node` is the innermost statement that holds the finding, as for `CstRule.fix`.
        """
        return None

    def imports_of(self, change: Change) -> tuple[str, ...]:
        """What the fixed statement needs, as in `CstRule.imports`."""
        return ()

    def sql_fix(self, change: Change, place: Place) -> Sequence[Insertion]:
        """What to put into a SQL file, at `place`; nothing when it cannot be mended mechanically."""
        return ()


class ColumnRule(Rule["TableColumn"]):
    """Judges one column of a table, and can edit the model that declares it."""

    def plan(self, subject: TableColumn, backend: Backend) -> IndexPlan | None:
        """How the model is mended; None when it is not plain where."""
        return None


class SqlRule(Rule["Statement"]):
    """Judges one SQL statement, with the schema as it stands before it."""

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """All statements, from SQL files, strings and migrations."""
        return backend.statements


_ENTRIES = 5
"""How many handlers a finding names through which the same value enters."""


class FlowRule(Rule["SinkSite"]):
    """Judges the sinks of one kind of `linter.flow.kinds`: whether a value that does harm there reaches them.

    In `says`, `{what}` is how the value is read and `{sink}` what it reaches. `advice` is the help.
    """

    follows_values = True
    kind: ClassVar[str]
    says: ClassVar[str]
    advice: ClassVar[str]

    def subjects(self, backend: Backend) -> Iterable[SinkSite]:
        """Every sink of the kind that a request can lead to."""
        return () if backend.flows is None else backend.flows.sites(self.kind)

    def check(self, subject: SinkSite, backend: Backend) -> Iterator[Outcome]:
        """One finding for each source that reaches the sink, however many handlers lead there.

        Functions that hand a value over are told apart, since each is mended by itself.
        """
        told: dict[tuple[str, Confidence, int], list[Flow]] = {}
        for position, flow in enumerate(subject.flows):
            if self.concerns(flow):
                apart = position if flow.giver else -1
                told.setdefault((self._said(flow), self.certainty(flow, backend), apart), []).append(flow)
        for (message, confidence, _), flows in told.items():
            yield self.finding(
                subject,
                message,
                help=self.advice,
                related=[
                    Note(each.path[0].location, f"enters through {each.entry}") for each in flows[:_ENTRIES]
                ],
                path=flows[0].path,
                confidence=confidence,
            )
        if not subject.flows and backend.flows is not None and subject.scope in backend.flows.cut:
            yield Undecided("the function takes too much work to be followed to its end")

    def _said(self, flow: Flow) -> str:
        message = self.says.format(what=flow.what, sink=flow.sink)
        if flow.giver:
            message += f"; `{flow.giver}` hands it over"
        if flow.certainty == "weak":
            message += "; what stands in its way helps in part only"
        return message

    def concerns(self, flow: Flow) -> bool:
        """Whether a way that ends at such a sink is one that the rule is about."""
        return True

    def certainty(self, flow: Flow, backend: Backend) -> Confidence:
        """How sure it is that a way does harm."""
        if flow.certainty != "sure":
            return Confidence.LOW
        # Between a write and a read there is more code than can be seen: other writes, and people who look.
        is_kept = flow.family == "kept" and self.confidence is Confidence.HIGH
        return Confidence.MEDIUM if is_kept else self.confidence
