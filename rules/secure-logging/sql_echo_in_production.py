from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Site
from linter.facts.expressions import Constant, Expr, Item, Ref
from linter.facts.scopes import Assign
from linter.resolve.definitions import Class, Definition, Function
from linter.rule import Confidence, CstRule, Outcome, Severity
from linter.secrecy import words_of

if TYPE_CHECKING:
    import libcst as cst

_ENGINES = (
    "sqlalchemy.create_engine",
    "sqlalchemy.ext.asyncio.create_async_engine",
    "sqlalchemy.ext.asyncio.engine.create_async_engine",
    "sqlmodel.create_engine",
)
_DEVELOPMENT = frozenset(
    {"dev", "develop", "development", "local", "debug", "test", "tests", "testing"}
    | {"example", "examples", "demo", "scripts", "tutorial", "docs"}
)


class SqlEchoInProduction(CstRule):
    """The engine writes every statement, with its values, to the log.

    ## Why
    `echo=True` logs each statement together with its parameters: e-mail addresses, password hashes and
    tokens, for every row that is read or written. It also costs more time than many of the queries.

    ## Bad
        engine = create_engine(settings.database_url, echo=True)

    ## Good
        engine = create_engine(settings.database_url, echo=settings.echo_sql)

    ## Limits
    Only a constant counts, outside an `if`, and outside files and classes whose names say development or
    test. `hide_parameters=True` complies: the statements are logged without values. Django's
    `django.db.backends` logger is no finding: it writes only while `DEBUG` is on.

    ## References
    - https://docs.sqlalchemy.org/en/20/core/engines.html#configuring-logging
    - https://cwe.mitre.org/data/definitions/532.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "database engines and their settings"
    cwe = 532
    fix_safety = "safe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Engines that are created, and settings that make an engine talk."""
        yield from backend.calls(*_ENGINES)
        for site in backend.methods_called("SQLAlchemy"):
            if site.callee.name == "flask_sqlalchemy.SQLAlchemy":
                yield site
        yield from _echo_settings(backend)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A constant `True` that also holds in production."""
        if _is_development(subject) or subject.within("if", "else") is not None:
            return
        if subject.call is None:
            yield self.finding(
                subject,
                "`SQLALCHEMY_ECHO` logs every statement with its values, personal data included",
                help="turn it off, or read it from the environment",
                fixable=False,
            )
            return
        call = subject.call
        hidden = call.keyword("hide_parameters")
        if _is_on(call.keyword("echo")) and not _is_on(hidden):
            yield self.finding(
                subject,
                "`echo=True` logs every statement with its values, personal data included",
                help="leave `echo` out, or read it from the settings",
            )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """The call without `echo=True`."""
        import libcst as cst
        import libcst.matchers as m

        echo = m.Arg(keyword=m.Name("echo"), value=m.OneOf(m.Name("True"), m.SimpleString()))
        found = m.findall(node, m.Call(args=[m.ZeroOrMore(), echo, m.ZeroOrMore()]))
        if len(found) != 1 or not isinstance(found[0], cst.Call):
            return None
        call = found[0]
        kept = [argument for argument in call.args if not m.matches(argument, echo)]
        if kept and m.matches(call.args[-1], echo):
            kept[-1] = _as_last(kept[-1], call.args[-1])
        return node.deep_replace(call, call.with_changes(args=kept))


def _as_last(argument: "cst.Arg", old: "cst.Arg") -> "cst.Arg":
    """An argument that ends as the old last one did, with its own trailing comment kept."""
    import libcst as cst

    comma, own = old.comma, argument.comma
    if isinstance(comma, cst.Comma) and isinstance(own, cst.Comma):
        after, before = comma.whitespace_after, own.whitespace_after
        if isinstance(after, cst.ParenthesizedWhitespace) and isinstance(before, cst.ParenthesizedWhitespace):
            kept = before.with_changes(indent=after.indent, last_line=after.last_line)
            return argument.with_changes(comma=own.with_changes(whitespace_after=kept))
    return argument.with_changes(comma=comma, whitespace_after_arg=old.whitespace_after_arg)


def _is_on(value: Expr | None) -> bool:
    return isinstance(value, Constant) and value.value in (True, "debug")


def _is_development(site: Site) -> bool:
    """Whether the file, or the class around the setting, is for development or tests."""
    places = [site.function.module.path.removesuffix(".py"), site.scope]
    return any(not _DEVELOPMENT.isdisjoint(words_of(place)) for place in places)


class _Setting(Site):
    """An assignment of a configuration value; `holder` is the class or function that holds it."""

    __slots__ = ("holder",)

    def __init__(self, backend: Backend, function: Function, holder: Definition, assign: Assign) -> None:
        super().__init__(backend, function, assign.span, assign.block)
        self.holder = holder

    @property
    def scope(self) -> str:
        """The class or function that holds the setting."""
        return self.holder.name


def _echo_settings(backend: Backend) -> Iterator[Site]:
    holders: tuple[Definition, ...] = (*backend.functions, *backend.classes)
    for holder in holders:
        for statement in holder.scope.statements:
            if isinstance(statement, Assign) and _is_on(statement.value):
                if any(_names_echo(target) for target in statement.targets):
                    function = holder.module.functions[0] if isinstance(holder, Class) else holder
                    yield _Setting(backend, function, holder, statement)


def _names_echo(target: Expr) -> bool:
    if isinstance(target, Item):
        return isinstance(target.key, Constant) and target.key.value == "SQLALCHEMY_ECHO"
    return isinstance(target, Ref) and target.name.rpartition(".")[2].lstrip(":$") == "SQLALCHEMY_ECHO"
