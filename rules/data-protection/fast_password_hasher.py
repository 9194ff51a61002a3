from collections.abc import Iterable, Iterator

from linter.analyses.configuration import configuration_of
from linter.backend import Backend, Setting
from linter.rule import Confidence, Outcome, Rule, Severity

_FAST = frozenset(
    {
        "MD5PasswordHasher",
        "SHA1PasswordHasher",
        "UnsaltedMD5PasswordHasher",
        "UnsaltedSHA1PasswordHasher",
        "CryptPasswordHasher",
    }
)
_OF_DJANGO = "django.contrib.auth.hashers."


class FastPasswordHasher(Rule[Setting]):
    """Django is told to store passwords by a fast hash.

    ## Why
    The first entry of `PASSWORD_HASHERS` makes every new hash. A graphics card tries billions of MD5 or SHA-1
    hashes a second, so a stolen table of them is a stolen table of passwords.

    ## Bad
        PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    ## Good
        PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]

    ## Limits
    Django's own hashers, in what a server runs with: tests and settings for development use fast ones for
    speed. Further entries only read hashes that are there.

    ## References
    - https://docs.djangoproject.com/en/stable/topics/auth/passwords/#how-django-stores-passwords
    - https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "lists of password hashers"
    cwe = 916
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Setting]:
        """`PASSWORD_HASHERS` as it is deployed."""
        for each in configuration_of(backend).in_force("PASSWORD_HASHERS"):
            if each.setting.framework == "django":
                yield each.setting

    def check(self, subject: Setting, backend: Backend) -> Iterator[Outcome]:
        """A fast one at the head of the list."""
        known = configuration_of(backend).of(subject)
        if known.origin != "code" or not isinstance(known.value, (list, tuple)) or not known.value:
            return
        first = known.value[0]
        name = first.removeprefix(_OF_DJANGO) if isinstance(first, str) else ""
        if name in _FAST and first != name:
            yield self.finding(
                subject,
                f"`PASSWORD_HASHERS` begins with `{name}`, which is fast enough to try every likely password",
                help="put `PBKDF2PasswordHasher` first, or Argon2 or scrypt; Django replaces old hashes "
                "when their owners sign in",
            )
