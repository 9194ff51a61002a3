"""Templates in the language of Jinja and Django: which values they put out without escaping them."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.templates import Given, Macro, Output, Template

_HARMLESS_CHANGES = frozenset(
    {"lower", "upper", "title", "capitalize", "capfirst", "trim", "default", "d", "string", "truncate"}
)
"""Filters after which text that is dangerous still is. Whatever else a filter does is not known."""
_MACRO = " of macro "
"""Stands between a macro and its parameter, in place of a path."""
_OFF = frozenset({"false", "off"})
_VERBATIM = {"raw": "endraw", "verbatim": "endverbatim"}


def read_template(text: str) -> Template:
    """The outputs of a template that are not escaped, and what it takes in."""
    reader = _Reader()
    for kind, inner, line in _tags(text):
        if kind == "{{":
            reader.put_out(inner, line)
        else:
            reader.statement(inner)
    return Template(
        tuple(dict.fromkeys(reader.outputs)),
        tuple(dict.fromkeys(reader.includes)),
        tuple(reader.macros()),
        tuple(dict.fromkeys(reader.handed)),
    )


def _tags(text: str) -> Iterator[tuple[str, str, int]]:
    """`{{ … }}` and `{% … %}` in order, with the line of each; comments and verbatim parts are left out."""
    position, line, counted, until = 0, 1, 0, ""
    while True:
        position = text.find("{", position)
        if position < 0:
            return
        opening = text[position : position + 2]
        if opening not in ("{{", "{%", "{#"):
            position += 1
            continue
        end = text.find({"{{": "}}", "{%": "%}", "{#": "#}"}[opening], position + 2)
        if end < 0:
            return
        inner = text[position + 2 : end].strip("-+ \t\r\n")
        line += text.count("\n", counted, position)
        counted = position
        position = end + 2
        if until:
            until = "" if opening == "{%" and inner == until else until
        elif opening == "{%" and inner.split(None, 1)[:1] and inner.split(None, 1)[0] in _VERBATIM:
            until = _VERBATIM[inner.split(None, 1)[0]]
        elif opening != "{#":
            yield opening, inner, line


class _Reader:
    """Keeps which names stand for what, and whether values are escaped, from tag to tag."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.includes: list[str] = []
        self.handed: list[Given] = []
        self._imported: dict[str, tuple[str, str]] = {}
        """Macros of other templates by the name that they have here; all of a template have no name."""
        self._escaping = [True]
        self._names: list[dict[str, str]] = [{}]
        self._macros: dict[str, list[str]] = {}
        self._put_out: dict[str, set[str]] = {}
        """The parameters that each macro puts out as they are."""

    def put_out(self, inner: str, line: int) -> None:
        """`{{ value|filter }}`."""
        value, *filters = _split(inner, "|")
        for given in self._given(value.strip()):
            self._keep(given, line)
        self._hand_over(value.strip(), line)
        path = self._path(value.strip())
        names = [each.strip().partition("(")[0].partition(":")[0].strip() for each in filters]
        marked = "safe" in names
        if path and (marked or not self._escaping[-1]):
            if all(name in _HARMLESS_CHANGES or name == "safe" for name in names):
                self._keep(path, line)

    def _keep(self, path: str, line: int) -> None:
        macro, mark, parameter = path.partition(_MACRO)
        if mark:
            self._put_out[macro].add(parameter)
        elif path:
            self.outputs.append(Output(path, line))

    def _given(self, text: str) -> Iterator[str]:
        """What a call of a macro of this file gives to parameters that the macro puts out as they are."""
        name, mark, rest = text.partition("(")
        if not mark or name not in self._macros or not rest.endswith(")"):
            return
        for position, each in enumerate(_split(rest[:-1], ",")):
            keyword, named, value = each.partition("=")
            known = self._macros[name]
            parameter = known[position] if position < len(known) else ""
            if named:
                parameter, each = keyword.strip(), value
            if parameter in self._put_out[name]:
                yield self._path(each.strip())

    def _hand_over(self, text: str, line: int) -> None:
        """What a call of a macro of another template gives to it."""
        name, mark, rest = text.partition("(")
        head, dot, last = name.partition(".")
        template, macro = self._imported.get(head, ("", ""))
        if not mark or not template or not rest.endswith(")") or bool(dot) == bool(macro):
            return
        for position, each in enumerate(_split(rest[:-1], ",")):
            keyword, named, value = each.partition("=")
            path = self._path((value if named else each).strip())
            if path and _MACRO not in path:
                parameter = keyword.strip() if named else str(position)
                self.handed.append(Given(template, macro or last, parameter, path, line))

    def macros(self) -> Iterator[Macro]:
        """The macros that put something out as it is."""
        for name, parameters in self._macros.items():
            if self._put_out[name]:
                yield Macro(name, tuple(parameters), tuple(sorted(self._put_out[name])))

    def statement(self, inner: str) -> None:
        """`{% word … %}`."""
        word, _, rest = inner.partition(" ")
        rest = rest.strip()
        match word:
            case "autoescape":
                self._escaping.append(rest.lower() not in _OFF)
            case "endautoescape":
                if len(self._escaping) > 1:
                    self._escaping.pop()
            case "for":
                targets, _, source = rest.partition(" in ")
                self._names.append(dict(self._names[-1]))
                whole = self._path(_split(source.partition(" if ")[0], "|")[0].strip())
                for target in targets.split(","):
                    self._bind(target.strip(), whole)
            case "macro":
                self._define(rest)
            case "endfor" | "endwith" | "endmacro":
                if len(self._names) > 1:
                    self._names.pop()
            case "with":
                self._names.append(dict(self._names[-1]))
                self._assign(rest)
            case "set":
                self._assign(rest)
            case "import":
                source, _, alias = rest.partition(" as ")
                self._imported[alias.split(" ")[0]] = (_unquoted(source.strip()), "")
            case "from":
                source, _, names = rest.partition(" import ")
                for each in names.removesuffix("with context").removesuffix("without context").split(","):
                    macro, _, alias = each.strip().partition(" as ")
                    self._imported[alias.strip() or macro] = (_unquoted(source.strip()), macro)
            case "include" | "extends":
                name = _unquoted(rest.partition(" ")[0])
                if name:
                    self.includes.append(name)

    def _define(self, text: str) -> None:
        name, _, rest = text.partition("(")
        name = name.strip()
        parameters = [each.partition("=")[0].strip() for each in rest.rpartition(")")[0].split(",")]
        self._macros[name] = parameters
        self._put_out[name] = set()
        self._names.append({**self._names[-1], **{each: f"{name}{_MACRO}{each}" for each in parameters}})

    def _assign(self, text: str) -> None:
        target, mark, value = text.partition("=")
        if mark:
            self._bind(target.strip(), self._path(_split(value, "|")[0].strip()))

    def _bind(self, name: str, path: str) -> None:
        if name.isidentifier():
            self._names[-1][name] = path

    def _path(self, text: str) -> str:
        """The path of a name with attributes, seen from the context; empty for anything else."""
        first, *rest = text.split(".")
        if not first.isidentifier() or not all(part.isidentifier() or part.isdigit() for part in rest):
            return ""
        known = self._names[-1].get(first)
        if known is None or not rest:
            return text if known is None else known
        return ".".join((known, *rest)) if known and _MACRO not in known else known


def _split(text: str, mark: str) -> list[str]:
    """A text parted at a mark that stands outside strings and brackets."""
    parts, start, depth, quote = [], 0, 0, ""
    for position, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == mark and depth <= 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _unquoted(text: str) -> str:
    """The text between quotes; empty for anything else."""
    return text[1:-1] if len(text) > 2 and text[0] in "'\"" and text[-1] == text[0] else ""
