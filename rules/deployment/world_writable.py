from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site
from linter.facts.expressions import Constant, Expr, Operation
from linter.rule import Confidence, CstRule, Outcome, Severity

_OTHERS_WRITE = 0o002
_STICKY = 0o1000
_BITS = {
    "S_IRWXU": 0o700,
    "S_IRUSR": 0o400,
    "S_IWUSR": 0o200,
    "S_IXUSR": 0o100,
    "S_IRWXG": 0o070,
    "S_IRGRP": 0o040,
    "S_IWGRP": 0o020,
    "S_IXGRP": 0o010,
    "S_IRWXO": 0o007,
    "S_IROTH": 0o004,
    "S_IWOTH": 0o002,
    "S_IXOTH": 0o001,
    "S_ISVTX": 0o1000,
    "S_ISUID": 0o4000,
    "S_ISGID": 0o2000,
}


class WorldWritable(CstRule):
    """Every account of the machine may write a file.

    ## Why
    Whoever runs anything there, another service or a job that was broken into, changes what the backend reads
    back: its templates, its data, its code.

    ## Bad
        os.chmod(path, 0o777)

    ## Good
        os.chmod(path, 0o750)

    ## Limits
    Modes that can be worked out: numbers and names of `stat`. A folder with the sticky bit (`0o1777`)
    complies.

    ## References
    - https://cwe.mitre.org/data/definitions/732.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "changes of a file's mode"
    cwe = 732
    owasp = "A01:2021"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Calls that set the mode of a file."""
        yield from backend.calls("os.chmod", "os.fchmod", "os.lchmod", "pathlib.Path.chmod")

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A mode that lets others write."""
        position = 0 if subject.callee.name == "pathlib.Path.chmod" else 1
        mode = self._mode(subject, subject.argument(position, "mode"))
        if mode is not None and mode & _OTHERS_WRITE and not mode & _STICKY:
            yield self.finding(
                subject,
                f"mode `0o{mode:o}` lets every account of the machine write the file",
                help="leave others out: `0o750` for folders and programs, `0o640` for files",
            )

    def _mode(self, site: Site, expr: Expr | None) -> int | None:
        """The number that a mode comes to; None when it is not known."""
        if isinstance(expr, Operation) and expr.operator == "|":
            parts = [self._mode(site, each) for each in expr.operands]
            # What is known to be set stays set, whatever the rest is.
            known = [each for each in parts if each is not None]
            if len(known) < len(parts) and not any(each & _OTHERS_WRITE for each in known):
                return None
            mode = 0
            for each in known:
                mode |= each
            return mode
        if not isinstance(expr, Constant):
            named = site.resolve(expr)
            if named is not None and named.name.startswith("stat."):
                return _BITS.get(named.name.removeprefix("stat."))
        found = site.backend.constant(site.function, expr)
        return found if isinstance(found, int) and not isinstance(found, bool) else None
