from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.provenance import RAW, provenance_of
from linter.analyses.truths import tests_of
from linter.backend import Backend, Function, Query, Site, Table
from linter.facts.expressions import (
    Attr,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    walk,
)
from linter.facts.scopes import Assign
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.secrecy import words_of

_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase"})
_OWNERS = frozenset({"user", "account", "member", "customer", "login", "admin"})
_ACCOUNT = frozenset({"username", "email", "mail", "login", "user", "uname"})


class PasswordInClear(Rule[Site]):
    """A stored password is held against what the caller sent, as it is: it is stored readable.

    ## Why
    Whoever reads the table, a backup of it or one query by injection has every password, and with it the
    accounts of the same people elsewhere.

    ## Bad
        user = User.query.filter_by(email=form["email"], password=form["password"]).first()

    ## Good
        user = User.query.filter_by(email=form["email"]).first()
        if user is None or not check_password_hash(user.password_hash, form["password"]):
            abort(401)

    ## Limits
    Queries that look for a row by its password, and comparisons with the password of a row, in tables of
    accounts: those with a user name or an address. The other side must be what a caller sends and nothing
    else; what has gone through a function that is not known is left alone. A password that clients hash
    before they send it cannot be told from one in clear, and protects no better.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "places that look at stored passwords"
    cwe = 256
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Queries with a condition on a password, and comparisons with that of a row."""
        seen: set[tuple[str, int]] = set()
        for site in _asked(backend):
            key = (site.location.path, site.location.line)
            if key not in seen:
                seen.add(key)
                yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """The caller's own text on the other side."""
        name = next((name for name, other in _others(subject) if _is_sent(subject, other)), "")
        if name:
            yield self.finding(
                subject,
                f"the stored `{name}` is held against what the caller sends, so it is stored readable",
                help="store a hash by argon2, scrypt or bcrypt, and verify it for the account of that name",
            )


@lru_cache(maxsize=1)
def _asked(backend: Backend) -> tuple[Site, ...]:
    found: list[Site] = []
    for query in backend.queries:
        columns = {each.column for each in query.predicates if each.operator == "=" and not each.wrapped}
        about = {*columns, *_columns_of(backend.tables.get(query.table))}
        if query.kind == "select" and any(map(_is_password, columns)) and _is_account(about):
            calls = query.calls or _calls_given(query)
            sites = [backend.site(query.function, index) for index in calls]
            found += [each for each in sites if next(_others(each), None) is not None]
    for function in backend.functions:
        for span, block, expr in tests_of(function):
            if any(_row_side(backend, function, each) for each in walk(expr)):
                found.append(Site(backend, function, span, block))
    return tuple(found)


def _calls_given(query: Query) -> list[int]:
    """The calls that take the text of a query by the local name that it is assigned to."""
    names = {
        f"${name}"
        for name, assigned in query.function.assignments.items()
        for each in assigned
        if query.function.module.locate(each.span).line <= query.location.line <= _end(query.function, each)
    }
    calls = enumerate(query.function.scope.calls)
    return [
        at for at, call in calls if call.args and isinstance(call.args[0], Ref) and call.args[0].name in names
    ]


def _end(function: Function, assign: Assign) -> int:
    return function.module.locate(assign.span).end_line


def _others(site: Site) -> Iterator[tuple[str, Expr]]:
    """Stored passwords by name, and what each is held against at a place."""
    if site.call is None:
        for span, _, expr in tests_of(site.function):
            for each in walk(expr) if span == site.span else ():
                found = _row_side(site.backend, site.function, each)
                if found is not None:
                    yield found
        return
    for name, value in site.call.keywords:
        if _is_password(name):
            yield name, value
    for argument in site.call.args:
        match argument:
            case Operation(operator="==", operands=(left, right)) if _is_password(_last(left)):
                yield _last(left), right
            case Mapping(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                yield from ((_last(key), value) for key, value in pairs if _is_password(_last(key)))
            case Sequence(items=items):
                yield from ((_last(each), each) for each in items if _is_password(_last(each)))


def _row_side(backend: Backend, function: Function, expr: Expr) -> tuple[str, Expr] | None:
    """The password of a row of an account, and what an equality holds against it."""
    if not isinstance(expr, Operation) or expr.operator not in ("==", "!=") or len(expr.operands) != 2:
        return None
    for side, other in (expr.operands, expr.operands[::-1]):
        if isinstance(side, Ref) and "." in side.name and _is_password(_last(side)):
            base = side.name.rpartition(".")[0]
            table = _of_type(backend, backend.project.type_of(function, Ref(base)))
            if table is None and base.startswith("$"):
                table = _queried(backend, function, base[1:])
            if _is_account(_columns_of(table)):
                return _last(side), other
    return None


def _of_type(backend: Backend, kind: str | None) -> Table | None:
    return next((each for each in backend.tables.values() if kind is not None and each.model == kind), None)


def _queried(backend: Backend, function: Function, name: str) -> Table | None:
    """The table of the row that a local name holds, where a query of the function gives it its value."""
    assigned = function.assignments.get(name, ())
    made = {each.value.call for each in assigned if isinstance(each.value, Result)}
    return next(
        (table for index in made if (table := _tables_read(backend).get((id(function), index)))), None
    )


@lru_cache(maxsize=1)
def _tables_read(backend: Backend) -> dict[tuple[int, int], Table]:
    """The tables of queries, by the function and the index of the call that ends them."""
    return {
        (id(query.function), max(query.calls)): backend.tables[query.table]
        for query in backend.queries
        if query.calls and query.table in backend.tables
    }


def _is_sent(site: Site, expr: Expr) -> bool:
    leaves = list(provenance_of(site.backend).followed(site.function, expr, RAW))
    return bool(leaves) and all(each.kind == "outside" and not each.part for each in leaves)


def _columns_of(table: Table | None) -> set[str]:
    return set() if table is None else set(table.columns)


def _is_account(columns: Iterable[str]) -> bool:
    return any(
        not _ACCOUNT.isdisjoint(words_of(each)[-1:]) or words_of(each) == ("user", "name") for each in columns
    )


def _is_password(name: str) -> bool:
    """Whether a name is that of an account's password: `reset_password` is a token's as a rule."""
    owner, last = words_of(name)[:-1], words_of(name)[-1:]
    return not _PASSWORD.isdisjoint(last) and (not owner or (len(owner) == 1 and owner[0] in _OWNERS))


def _last(expr: Expr | None) -> str:
    """The last name, or key, by which an expression is read."""
    match expr:
        case Constant(value=str(text)):
            return text
        case Ref(name=name):
            return name.rpartition(".")[2].lstrip(":$")
        case Attr(name=name):
            return name
        case Item(key=Constant(value=str(key))):
            return key
    return ""
