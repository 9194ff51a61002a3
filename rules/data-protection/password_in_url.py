from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from linter.analyses.configuration import is_for_developers
from linter.analyses.key_material import material
from linter.backend import Backend, Site, is_run_by_hand, is_test
from linter.facts.expressions import Constant, Expr, walk
from linter.facts.scopes import Assign
from linter.resolve.definitions import arguments_of
from linter.rule import Confidence, Outcome, Rule, Severity

_HERE = ("localhost", "127.", "0.0.0.0", "::1", "host.docker.internal", "example.")
_NO_HOST = (
    ".example",
    ".test",
    ".local",
    ".invalid",
    ".localhost",
    "example.com",
    "example.org",
    "example.net",
)
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:_")
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault"})
_LONGEST = 2000


class PasswordInUrl(Rule[Site]):
    """A URL in the code carries a password.

    ## Why
    Whoever sees the repository, its history or an image can use the account, and connection strings are
    printed in full by drivers and error pages.

    ## Bad
        engine = create_engine("postgresql://shop:t7Kq-v2mZ@db.shop.io/shop")

    ## Good
        engine = create_engine(os.environ["DATABASE_URL"])

    ## Limits
    Literals that are assigned or handed to a call. Stand-ins, passwords that repeat the user's name, and
    hosts of one's own machine or of examples are left alone, as are tests and settings for development. A
    host without a domain, as containers have, and a default of an environment variable are of low
    confidence: that is how a password for development looks.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "URLs with a password in the code"
    cwe = 798
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Statements and calls with such a URL, each place once."""
        seen: set[tuple[str, int]] = set()
        for site in _places(backend):
            key = (site.location.path, site.location.line)
            if key not in seen:
                seen.add(key)
                yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A password that may be real, for a host that is not this one."""
        for text in _texts(subject):
            url = _with_password(text)
            if url is None or not _may_be_real(url):
                continue
            default = subject.call is not None and subject.callee.name in _ENVIRONMENT
            known = "." in (url.hostname or "") and not default
            yield self.finding(
                subject,
                f"the password for `{url.hostname}` is in the code, so whoever reads it can sign in there",
                help="take the URL from the environment, and replace the password that was in the code",
                confidence=Confidence.HIGH if known else Confidence.LOW,
            )
            return


def _places(backend: Backend) -> Iterator[Site]:
    for module in backend.project.modules.values():
        if is_test(module.path) or is_run_by_hand(module.path) or is_for_developers(module):
            continue
        for function in module.functions:
            for statement in function.scope.statements:
                if isinstance(statement, Assign) and next(_urls(statement.value), None) is not None:
                    yield Site(backend, function, statement.span, statement.block)
            for index, call in enumerate(function.scope.calls):
                if any(next(_urls(each), None) is not None for each in arguments_of(call)):
                    yield backend.site(function, index)


def _texts(site: Site) -> Iterator[str]:
    if site.call is not None:
        for each in arguments_of(site.call):
            yield from _urls(each)
        return
    for statement in site.function.scope.statements:
        if isinstance(statement, Assign) and statement.span == site.span:
            yield from _urls(statement.value)


def _urls(expr: Expr | None) -> Iterator[str]:
    for each in () if expr is None else walk(expr):
        if isinstance(each, Constant) and isinstance(each.value, str) and "@" in each.value:
            if "://" in each.value and len(each.value) < _LONGEST and _with_password(each.value) is not None:
                yield each.value


def _with_password(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text.strip())
        return url if url.password and url.hostname and not any(map(str.isspace, text.strip())) else None
    except ValueError:
        return None


def _may_be_real(url: SplitResult) -> bool:
    password, user = unquote(url.password or ""), unquote(url.username or "")
    host = url.hostname or ""
    if host.startswith(_HERE) or host.endswith(_NO_HOST) or not _HOST.issuperset(host):
        return False
    return material(password) in ("word", "key") and password.lower() not in (user.lower(), host)
