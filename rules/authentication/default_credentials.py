from collections.abc import Iterable, Iterator

from linter.analyses.configuration import configuration_of, is_for_developers
from linter.analyses.key_material import material
from linter.analyses.ownership import expressions_of
from linter.analyses.provenance import provenance_of
from linter.backend import Backend, Function, Site, is_test
from linter.facts.expressions import Constant, Expr, Mapping, Ref, Result, walk
from linter.facts.scopes import Assign
from linter.rule import Confidence, CstRule, Outcome, Severity
from linter.secrecy import words_of

_CREATING = {
    "create_user": (2, "password"),
    "create_superuser": (2, "password"),
    "set_password": (0, "password"),
    "hash_password": (0, "password"),
    "make_password": (0, "password"),
    "generate_password_hash": (0, "password"),
    "get_password_hash": (0, "password"),
}
"""What gives an account a password, with the place of the password among the arguments."""

_DEMONSTRATION = frozenset(
    {
        "seed",
        "seeds",
        "seeder",
        "demo",
        "demos",
        "fake",
        "faker",
        "factory",
        "factories",
        "fixture",
        "fixtures",
    }
    | {"mock", "mocks", "sample", "samples", "benchmark", "benchmarks", "loadtest", "perf", "populate"}
)


class DefaultCredentials(CstRule):
    """An account is made with a password that is written in the code.

    ## Why
    Each installation has the same account with the same password, and lists of default passwords are the
    first thing that is tried.

    ## Bad
        User.objects.create_superuser("admin", "admin@shop.example", "admin")

    ## Good
        User.objects.create_superuser("admin", "admin@shop.example", os.environ["ADMIN_PASSWORD"])

    ## Limits
    Accounts made by start-up code, migrations, commands and handlers. Tests and demonstration data are left
    alone, unless other code than such data's own makes the account. A password that is hashed only to spend
    the time of a real check is no account.

    ## References
    - https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/04-Authentication_Testing/02-Testing_for_Default_Credentials
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "passwords given to accounts"
    cwe = 1392
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Calls that give an account a password."""
        for name in sorted(_CREATING):
            for site in backend.methods_called(name):
                module = site.function.module
                if not site.callee.name.endswith(name):  # `getattr(user, "set_password")(...)`
                    continue
                if is_test(module.path) or is_for_developers(module):
                    continue
                if not _is_demonstration(site.function) or _is_called_for_real(site.function, backend):
                    yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A password that the code itself decides."""
        position, name = _CREATING[subject.callee.name.rpartition(".")[2]]
        given = subject.argument(position, name) or subject.argument(99, "raw_password")
        text, fixed = self._password(subject, given)
        if not text or not material(text) or not self._is_kept(subject):
            return
        yield self.finding(
            subject,
            f"`{subject.callee.name.rpartition('.')[2]}` is given a password from the code, so every "
            "installation has the same",
            help="take it from the environment, or make a random one and show it once",
            confidence=None if fixed else Confidence.MEDIUM,
        )

    def _password(self, site: Site, given: Expr | None) -> tuple[str, bool]:
        """The password where it is known, and whether nothing can replace it."""
        if isinstance(given, Constant):
            return given.value if isinstance(given.value, str) else "", True
        known = configuration_of(site.backend).known(site.function, given)
        return known.value if isinstance(known.value, str) else "", known.origin == "code"

    def _is_kept(self, site: Site) -> bool:
        """Whether an account gets the password, or the hash that the call makes of it."""
        if site.callee.name.endswith(("create_user", "create_superuser", "set_password")):
            return True
        index = next(i for i, call in enumerate(site.function.scope.calls) if call is site.call)
        made = Result(index)
        given = [pair for call in site.function.scope.calls for pair in call.keywords]
        given += [pair for expr in expressions_of(site.function) for pair in _entries(expr)]
        if any(value == made and "password" in words_of(key) for key, value in given):
            return True
        return any(
            isinstance(target, Ref) and "." in target.name
            for statement in site.function.scope.statements
            if isinstance(statement, Assign) and statement.value == made
            for target in statement.targets
        )


def _is_demonstration(function: Function) -> bool:
    words = {*words_of(function.module.path), *words_of(function.scope.name)}
    return not _DEMONSTRATION.isdisjoint(words)


def _is_called_for_real(function: Function, backend: Backend) -> bool:
    """Whether code that is neither a demonstration nor run by hand calls a function named for seeds."""
    return any(
        not (
            _is_demonstration(caller)
            or is_test(caller.module.path)
            or is_for_developers(caller.module)
            or backend.is_run_by_hand(caller)
        )
        for caller, _ in provenance_of(backend).callers(function)
    )


def _entries(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Keys that are written out, with their values, of the dictionaries in an expression."""
    for each in walk(expr):
        if isinstance(each, Mapping):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, Constant) and isinstance(key.value, str):
                    yield key.value, value
