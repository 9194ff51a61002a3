from collections.abc import Iterable, Iterator

from linter.analyses.other_services import serves_other_service
from linter.backend import Backend, Site
from linter.facts.expressions import Item, Operation, Ref, walk
from linter.facts.scopes import Assign, Return
from linter.rule import Confidence, CstRule, Outcome, Severity
from linter.secrecy import words_of

_FAST = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
_SLOW = frozenset(
    {"hashpw", "pbkdf2_hmac", "scrypt", "argon2", "make_password", "hash_password", "checkpw", "kdf"}
)
_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase"})


class WeakPasswordHash(CstRule):
    """A password is hashed with a fast hash.

    ## Why
    A graphics card tries billions of SHA-256 hashes a second, so a stolen table of such hashes is a stolen
    table of passwords. A password hash is slow on purpose and has a salt of its own for each password.

    ## Bad
        user.password_hash = hashlib.sha256(password.encode()).hexdigest()

    ## Good
        user.password_hash = argon2.PasswordHasher().hash(password)

    ## Limits
    The hashed value is a name that says `password`, or a password that a caller sends and that functions hand
    on under another name. A hash that goes into a slow one in the same function, and the five characters that
    a breach register is asked for, are left alone. Low confidence where the code talks to another service,
    whose protocol may ask for such a digest.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "values hashed with a fast hash"
    cwe = 916
    follows_values = True

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Calls of fast hashes, and what is fed to them afterwards."""
        made = [*(f"hashlib.{name}" for name in _FAST), "hashlib.new"]
        return backend.calls(*made, *(f"{name}().update" for name in made))

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A fast hash of something that is called a password."""
        assert subject.call is not None
        name = next(
            (found for argument in subject.call.args for found in self._passwords(subject, argument)),
            self._followed(subject),
        )
        if name and not self._feeds_slow_hash(subject) and not self._asks_register(subject):
            algorithm = subject.callee.name.removesuffix("().update").rpartition(".")[2]
            yield self.finding(
                subject,
                f"`{name}` is hashed with `{algorithm}`, which is fast enough to try every likely password",
                help="use argon2, scrypt, bcrypt or PBKDF2 with a salt for each password",
                confidence=self._certainty(subject),
            )

    def _certainty(self, site: Site) -> Confidence:
        """What another service asks for as a proof of the password is not kept here."""
        asked = serves_other_service(site.function, site.backend)
        return Confidence.LOW if asked else self.confidence

    def _passwords(self, site: Site, argument: object) -> Iterator[str]:
        for each in site.backend.reads(argument, site.function):  # type: ignore[arg-type]
            parts = each.name.lstrip(":$").split(".")
            if parts[-1] in ("encode", "strip"):
                parts.pop()
            words = words_of(parts[-1]) if parts else ()
            if words and words[-1] in _PASSWORD and "random" not in words:
                yield parts[-1]

    def _followed(self, site: Site) -> str:
        """The password that a caller sends and that functions of the project hand to this hash."""
        flows = site.backend.flows
        for flow in () if flows is None else flows.ending("digest", site.location):
            if flow.certainty == "sure" and words_of(flow.part)[-1:] and words_of(flow.part)[-1] in _PASSWORD:
                return flow.part
        return ""

    def _feeds_slow_hash(self, site: Site) -> bool:
        owner = site.function.owner
        if owner is not None and any(
            each.name.startswith("django.contrib.auth.hashers.")
            for each in site.backend.project.ancestors(owner)
        ):
            return True
        return any(
            not _SLOW.isdisjoint(
                site.backend.project.callee(site.function, call).name.replace("()", "").split(".")
            )
            for call in site.function.scope.calls
        )

    def _asks_register(self, site: Site) -> bool:
        """Whether the digest is cut up, as the k-anonymity of breach registers wants it."""
        for statement in site.function.scope.statements:
            if isinstance(statement, (Assign, Return)) and statement.value is not None:
                for each in walk(statement.value):
                    if (
                        isinstance(each, Item)
                        and isinstance(each.key, Operation)
                        and each.key.operator == ":"
                    ):
                        if not isinstance(each.base, Ref) or not each.base.name.endswith("password"):
                            return True
        return False
