"""Constant text in the code that sets a Flask application up: paths, prefixes and names."""

from __future__ import annotations

from string import Formatter

from linter.facts.expressions import Attr, Constant, Item, Operation, Ref, Result, Sequence, Template
from linter.facts.scopes import Call
from linter.frameworks.flask.scenes import Value, receiver_of
from linter.frameworks.flask.settings import Config
from linter.frameworks.flask.setup import Setup

_DEPTH = 12
_LONGEST = 1000
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv", "environs.Env.str"})
_CLEANERS = frozenset({"strip", "lstrip", "rstrip", "lower", "removeprefix", "removesuffix", "replace"})


class Texts:
    """Folds values to text. `config` holds the application's own settings by key."""

    def __init__(self, setup: Setup, config: Config) -> None:
        self._setup = setup
        self._config = config
        setup.spell = self.text

    def text(self, value: Value | None, depth: int = 0) -> str | None:
        """The string that a value is; of several ways through the code, the one without a condition."""
        if value is None or depth > _DEPTH:
            return None
        for leaf in reversed(self._setup.leaves(value)):
            found = self._folded(leaf, depth + 1)
            if found is not None:
                return found
        return None

    def texts(self, value: Value | None) -> list[str] | None:
        """The strings of a collection; None when some are not known."""
        items = None if value is None else self._setup.items(value)
        if items is None:
            return None
        found = [self.text(item) for item in items]
        return None if None in found else [each for each in found if each is not None]

    def _folded(self, value: Value, depth: int) -> str | None:
        match value.expr:
            case Constant(value=str(text)):
                return text
            case Constant(value=int(number)) if not isinstance(number, bool):
                return str(number)
            case Template(parts=parts) | Operation(operator="+", operands=parts):
                return _joined([self.text(value.beside(part), depth) for part in parts])
            case Operation(operator="%", operands=(pattern, argument)):
                return self._formatted_percent(value.beside(pattern), value.beside(argument), depth)
            case Result(call=index):
                return self._of_call(value, value.holder.scope.calls[index], depth)
            case Item(base=base, key=key):
                if _is_config(base):
                    return self._configured(value.beside(key), depth)
                return None
            case _:
                return None

    def _formatted_percent(self, pattern: Value, argument: Value, depth: int) -> str | None:
        text = self.text(pattern, depth)
        items = argument.expr.items if isinstance(argument.expr, Sequence) else (argument.expr,)
        given = [self.text(argument.beside(item), depth) for item in items]
        if text is None or None in given or text.count("%s") != len(given) or text.count("%") != len(given):
            return None
        for each in given:
            text = text.replace("%s", each or "", 1)
        return text

    def _of_call(self, value: Value, call: Call, depth: int) -> str | None:
        receiver, method = receiver_of(call.callee)
        if receiver is None:
            return self.text(value.beside(call.args[0]), depth) if method == "str" and call.args else None
        if _is_config(receiver) and method == "get" and call.args:
            found = self._configured(value.beside(call.args[0]), depth)
            return found if found is not None or len(call.args) < 2 else self.text(value.beside(call.args[1]))
        name = self._setup.project.callee(value.holder, call).name
        if name in _ENVIRONMENT:
            default = call.argument(1, "default")
            return None if default is None else self.text(value.beside(default), depth)
        if method in _CLEANERS or method in ("format", "join"):
            return self._of_method(value, call, self.text(value.beside(receiver), depth), method, depth)
        return None

    def _of_method(self, value: Value, call: Call, text: str | None, method: str, depth: int) -> str | None:
        if text is None:
            return None
        if method == "join":
            items = self.texts(value.beside(call.args[0])) if call.args else None
            return None if items is None else text.join(items)
        given = [self.text(each, depth) for each in self._setup.expanded(value, call.args)]
        named = {key: self.text(value.beside(each), depth) for key, each in call.keywords}
        if None in given or None in named.values():
            return None
        arguments = [each for each in given if each is not None]
        if method == "format":
            return _format(text, arguments, {key: each for key, each in named.items() if each is not None})
        return _cleaned(text, method, arguments)

    def _configured(self, key: Value, depth: int) -> str | None:
        """`app.config["AUTH_URL_PREFIX"]`, when the project sets it once."""
        setting = self._config.get(self.text(key, depth) or "")
        if setting is None or setting.value is None:
            return None
        return self.text(Value(setting.holder, setting.value, self._setup.start), depth)


def _is_config(expr: object) -> bool:
    if isinstance(expr, Ref):
        return expr.name.rpartition(".")[2].lstrip(":$") == "config"
    return isinstance(expr, Attr) and expr.name == "config"


def _format(template: str, given: list[str], named: dict[str, str]) -> str | None:
    """`str.format` for plain holes only: a width or an attribute in a hostile file must do nothing."""
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        return None
    waiting = iter(given)
    text = ""
    for literal, name, spec, conversion in pieces:
        text += literal
        if name is None:
            continue
        if spec or conversion:
            return None
        if not name:
            filled = next(waiting, None)
        elif name.isdecimal():
            filled = given[int(name)] if len(name) < 4 and int(name) < len(given) else None
        else:
            filled = named.get(name)
        if filled is None:
            return None
        text += filled
    return text


def _cleaned(text: str, method: str, given: list[str]) -> str | None:
    """A string method that takes strings and makes no string longer than a path."""
    if len(text) > _LONGEST or len(given) > 2:
        return None
    match method, given:
        case "lower", []:
            return text.lower()
        case (("strip" | "lstrip" | "rstrip"), ([] | [_])):
            return str(getattr(text, method)(*given))
        case (("removeprefix" | "removesuffix"), [_]):
            return str(getattr(text, method)(*given))
        case "replace", [old, new]:
            return text.replace(old, new) if old and len(new) < _LONGEST else None
        case _:
            return None


def _joined(parts: list[str | None]) -> str | None:
    return None if None in parts else "".join(part for part in parts if part is not None)
