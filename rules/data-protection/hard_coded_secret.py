from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.configuration import configuration_of, is_for_developers
from linter.analyses.handed_literals import handed_literals
from linter.analyses.key_material import is_issued, material
from linter.backend import Backend, Module, Setting, Site, is_run_by_hand, is_test
from linter.facts.expressions import Constant, Expr, Ref, walk
from linter.facts.scopes import Assign, Call
from linter.rule import Confidence, Location, Note, Outcome, Rule, Severity
from linter.secrecy import secrecy

Place: TypeAlias = "Site | Setting"

_SIGNING = {
    "jwt.encode": (1, "key"),
    "jwt.decode": (1, "key"),
    "jose.jwt.encode": (1, "key"),
    "jose.jwt.decode": (1, "key"),
    "itsdangerous.URLSafeTimedSerializer": (0, "secret_key"),
    "itsdangerous.URLSafeSerializer": (0, "secret_key"),
    "itsdangerous.TimestampSigner": (0, "secret_key"),
    "itsdangerous.Signer": (0, "secret_key"),
}
"""What signs, with the place of the key among its arguments."""

_SIGNING_KEYS = frozenset({"secret_key", "secret", "jwt_secret", "jwt_secret_key", "signing_key"})
_ACCOUNT = frozenset({"user", "username", "host", "hostname", "login", "dbname", "database"})


class HardCodedSecret(Rule["Place"]):
    """A secret is written into the code.

    ## Why
    Whoever sees the repository, its history, an image or a backup has it, and it can't be changed without a
    release. With a signing key, anyone makes sessions and tokens for anyone.

    ## Bad
        SECRET_KEY = "kq9x!2m0v8w7-3f61cz"

    ## Good
        SECRET_KEY = os.environ["SECRET_KEY"]

    ## Limits
    The value is judged, not its name alone: random text, keys as services issue them, and literals given as
    key of a signature or beside a user name, to which they are followed through names and functions.
    Stand-ins and defaults that the environment replaces weigh less, and are left alone where the same file
    refuses them. Tests and settings for development are not read.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    - https://12factor.net/config
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "secrets in settings, variables and arguments"
    cwe = 798
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """Settings, variables and arguments that hold a secret."""
        seen: set[tuple[str, int]] = set()
        for place in self._places(backend):
            key = (place.location.path, place.location.line)
            if key not in seen:
                seen.add(key)
                yield place

    def _places(self, backend: Backend) -> Iterator[Place]:
        configuration = configuration_of(backend)
        names = {each.name for each in backend.settings if secrecy(each.name) == "secret"}
        yield from (each.setting for each in configuration.in_force(*sorted(names)))
        yield from (each for each in configuration.settings_fields() if secrecy(each.name) == "secret")
        settings = {each.location for each in backend.settings}
        modules = [each for each in backend.project.modules.values() if not _is_left_alone(each)]
        for function in (each for module in modules for each in module.functions):
            for statement in function.scope.statements:
                if isinstance(statement, Assign) and isinstance(statement.value, Constant):
                    if isinstance(statement.value.value, str) and len(statement.targets) == 1:
                        place = Site(backend, function, statement.span, statement.block)
                        if place.location not in settings:
                            yield place
            for index, call in enumerate(function.scope.calls):
                if _secret_argument(call) is not None:
                    yield backend.site(function, index)
                elif _named_argument(call) is not None:
                    site = backend.site(function, index)
                    if site.callee.target is None and not site.callee.name.startswith("?"):
                        yield site
        yield from (site for site in backend.calls(*_SIGNING) if not _is_left_alone(site.function.module))

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """A value that is a secret by its shape or its use."""
        if isinstance(subject, Setting):
            yield from self._setting(subject, backend)
        elif subject.call is None:
            yield from self._variable(subject)
        elif subject.callee.name in _SIGNING:
            yield from self._signing(subject)
        else:
            yield from self._argument(subject)

    def _setting(self, setting: Setting, backend: Backend) -> Iterator[Outcome]:
        configuration = configuration_of(backend)
        field = setting.framework == "pydantic"
        known = configuration.default_of(setting) if field else configuration.of(setting)
        if not isinstance(known.value, str) or known.origin == "unknown":
            return
        kind = material(known.value)
        if not kind or _is_refused(setting.module, known.value):
            return
        signs = setting.name.lower() in _SIGNING_KEYS
        if known.origin == "default" or kind != "key":
            weight = Confidence.MEDIUM if signs or kind == "key" else Confidence.LOW
            severity = Severity.WARNING
        else:
            weight, severity = Confidence.HIGH, Severity.ERROR
        where = "is in the code" if known.origin == "code" else "has a value in the code for when none is set"
        follows = "anyone who reads it can sign for anyone" if signs else "whoever reads it has the secret"
        yield self.finding(
            setting,
            f"`{setting.name}` {where}, so {follows}",
            help="take it from the environment, and refuse to start without it",
            severity=severity,
            confidence=weight,
        )

    def _variable(self, site: Site) -> Iterator[Outcome]:
        assign = next(
            each
            for each in site.function.scope.statements
            if isinstance(each, Assign) and each.span == site.span
        )
        target, value = assign.targets[0], assign.value
        assert isinstance(value, Constant) and isinstance(value.value, str)
        name = _last(target)
        if is_issued(value.value):
            yield self._reproach(site, name or "a value", Confidence.HIGH)
        elif secrecy(name) == "secret" and material(value.value) == "key":
            if not _is_refused(site.function.module, value.value):
                yield self._reproach(site, name, Confidence.HIGH)

    def _signing(self, site: Site) -> Iterator[Outcome]:
        position, name = _SIGNING[site.callee.name]
        given = site.argument(position, name)
        known = configuration_of(site.backend).known(site.function, given)
        text = known.value if known.origin == "code" and isinstance(known.value, str) else ""
        places = [(text, site.location)] if text else []
        for text, place in places or _handed(site, given):
            if "BEGIN PUBLIC KEY" in text or not material(text):
                continue
            if isinstance(given, Constant) or material(text) != "key" or secrecy(_last(given)) != "secret":
                yield self.finding(
                    site,
                    f"the key of `{site.callee.name}` is in the code, so its readers can sign for anyone",
                    help="take it from the environment",
                    location=place,
                    related=[Note(site.location, "is used here")] if place != site.location else [],
                )

    def _argument(self, site: Site) -> Iterator[Outcome]:
        assert site.call is not None
        beside = any(key.lower() in _ACCOUNT for key, _ in site.call.keywords)
        found = _secret_argument(site.call)
        if found is None:
            yield from self._named(site, beside)
            return
        name, text = found
        kind = material(text)
        library = site.callee.target is None and not site.callee.name.startswith("?")
        if kind == "key":
            yield self._reproach(site, name, Confidence.HIGH if beside or library else Confidence.MEDIUM)
        elif kind == "word" and beside and library:
            yield self._reproach(site, name, Confidence.MEDIUM)

    def _named(self, site: Site, beside: bool) -> Iterator[Outcome]:
        """A literal that names, and functions of the project, hand to what is called a secret."""
        assert site.call is not None
        found = _named_argument(site.call)
        assert found is not None
        key, given = found
        for text, place in _handed(site, given):
            kind = material(text)
            # A variable that is called a secret and holds a key is told of where it is assigned.
            if kind == "key" and (secrecy(_last(given)) != "secret" or place != site.location):
                yield self._reproach(site, key, Confidence.HIGH, place)
            elif kind == "word" and beside:
                yield self._reproach(site, key, Confidence.MEDIUM, place)

    def _reproach(
        self, site: Site, name: str, confidence: Confidence, place: Location | None = None
    ) -> Outcome:
        return self.finding(
            site,
            f"`{name}` is in the code, so whoever reads it has the secret",
            help="take it from the environment, and replace the one that was in the code",
            confidence=confidence,
            location=place,
            related=[Note(site.location, "is used here")] if place not in (None, site.location) else [],
        )


def _secret_argument(call: Call) -> tuple[str, str] | None:
    """The first keyword of a call that gives a literal to what is called a secret."""
    for key, value in call.keywords:
        if isinstance(value, Constant) and isinstance(value.value, str) and secrecy(key) == "secret":
            return key, value.value
    return None


def _named_argument(call: Call) -> tuple[str, Ref] | None:
    """The first keyword of a call that gives a name to what is called a secret."""
    for key, value in call.keywords:
        if isinstance(value, Ref) and secrecy(key) == "secret":
            return key, value
    return None


def _handed(site: Site, given: Expr | None) -> Iterator[tuple[str, Location]]:
    """Literals that a name stands for, each with the place where the code hands it over."""
    for each in handed_literals(site.backend, site.function, given) if isinstance(given, Ref) else ():
        if not _is_left_alone(each.holder.module):
            yield each.text, each.place or site.location


def _is_left_alone(module: Module) -> bool:
    """Whether a module is for tests, development or demonstrations, or changes a schema."""
    return is_test(module.path) or is_run_by_hand(module.path) or is_for_developers(module)


def _is_refused(module: Module, text: str) -> bool:
    """Whether the file holds settings against this very text, to refuse or replace it."""
    wanted = Constant(text)
    for definition in module.definitions:
        for block in definition.scope.blocks:
            if block.subject is not None and any(each == wanted for each in walk(block.subject)):
                return True
    return False


def _last(expr: Expr | None) -> str:
    return expr.name.rpartition(".")[2].lstrip(":$") if isinstance(expr, Ref) else ""
