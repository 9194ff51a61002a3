from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, LogCall, Site
from linter.facts.expressions import Attr, Constant, Expr, Operation, Ref, Result, Template, text_of
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


class EagerLogFormatting(CstRule):
    """A log message is put together before the logger is asked to write it.

    ## Why
    Every record gets a text of its own, so log stores and error trackers cannot group records of the same
    kind, and filters cannot see a value apart from the sentence around it. The text is built even where
    the level is switched off.

    ## Bad
        logger.info(f"order {order.id} shipped")

    ## Good
        logger.info("order %s shipped", order.id)

    ## Limits
    Only the standard library's loggers are judged. The fix rewrites f-strings whose holes have no format,
    in calls that pass nothing else.

    ## References
    - https://docs.python.org/3/howto/logging.html#optimization
    - https://docs.sentry.io/platforms/python/integrations/logging/
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "records of the standard library's loggers"
    fix_safety = "safe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every call of a logger that formats lazily."""
        return (log for log in backend.logs if _is_stdlib(log) and log.message is not None)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A message that holds values already."""
        assert isinstance(subject, LogCall) and subject.call is not None
        message = subject.message
        how = _formatted(subject, message) if message is not None else ""
        if how:
            yield self.finding(
                subject,
                f"{how} builds the message before `{subject.level}` sees it, so records cannot be grouped",
                help='pass the values as arguments: `logger.info("order %s", order.id)`',
                fixable=how == "an f-string" and len(subject.call.args) == 1 and subject.level != "log",
            )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """`f"order {x}"` becomes `"order %s", x`."""
        import libcst as cst
        import libcst.matchers as m

        eager = m.Call(
            func=m.Attribute(attr=m.OneOf(*(m.Name(level) for level in _LEVELS))),
            args=[
                m.Arg(value=m.FormattedString(), keyword=None, star=""),
                m.ZeroOrMore(m.Arg(keyword=m.Name())),
            ],
        )
        found = m.findall(node, eager)
        if len(found) != 1 or not isinstance(found[0], cst.Call):
            return None
        call = found[0]
        text = cst.ensure_type(call.args[0].value, cst.FormattedString)
        arguments = _lazy(text)
        if arguments is None:
            return None
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        given = [cst.Arg(value, comma=comma) for value in arguments[:-1]]
        given.append(cst.Arg(arguments[-1], comma=call.args[0].comma))
        return node.deep_replace(call, call.with_changes(args=[*given, *call.args[1:]]))


_LEVELS = ("debug", "info", "warning", "warn", "error", "critical", "fatal", "exception")


def _is_stdlib(log: LogCall) -> bool:
    return log.callee.name.startswith(("logging.", "flask."))


def _formatted(log: LogCall, message: Expr) -> str:
    """How a message was put together; empty when it is a plain text."""
    match message:
        case Template(parts=parts) if any(not isinstance(part, Constant) for part in parts):
            return "an f-string"
        case Operation(operator="%", operands=(left, _)) if text_of(left) is not None:
            return "`%`"
        case Operation(operator="+", operands=operands) if any(
            isinstance(each, Constant) for each in operands
        ) and not all(isinstance(each, Constant) for each in operands):
            return "`+`"
        case Result(call=index):
            callee = log.function.scope.calls[index].callee
            if isinstance(callee, Attr) and callee.name == "format" and text_of(callee.base) is not None:
                return "`.format`"
            return ""
        case Ref():
            return ""
        case _:
            return ""


def _lazy(text: "cst.FormattedString") -> "list[cst.BaseExpression] | None":
    """The format and its values; None when a hole has a format or conversion that `%s` lacks."""
    import libcst as cst

    if "r" in text.prefix.lower() or "b" in text.prefix.lower():
        return None
    pieces: list[str] = []
    values: list[cst.BaseExpression] = []
    for part in text.parts:
        if isinstance(part, cst.FormattedStringText):
            pieces.append(part.value.replace("%", "%%").replace("{{", "{").replace("}}", "}"))
        elif isinstance(part, cst.FormattedStringExpression):
            if (
                part.format_spec is not None
                or part.equal is not None
                or part.conversion not in (None, "s", "r")
            ):
                return None
            pieces.append("%r" if part.conversion == "r" else "%s")
            values.append(_argument(part.expression))
    return [cst.SimpleString(f"{text.end}{''.join(pieces)}{text.end}"), *values] if values else None


def _argument(value: "cst.BaseExpression") -> "cst.BaseExpression":
    """A hole's value as an argument; what only braces kept together gets parentheses."""
    import libcst as cst

    bare = isinstance(value, (cst.Tuple, cst.Yield, cst.NamedExpr, cst.Lambda, cst.GeneratorExp))
    if bare and not value.lpar:
        return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return value
