from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site, is_run_by_hand
from linter.rule import Confidence, CstRule, Outcome, Severity

_SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")
_NAMES = ("tempfile.mktemp", "os.tempnam", "os.tmpnam")


class PredictableTemporaryFile(CstRule):
    """A file in a shared folder gets a name that others know before it exists.

    ## Why
    Another account of the machine makes the file first, or puts a link there, and the backend writes into a
    file of theirs or over one of its own. Two workers write into each other's file.

    ## Bad
        path = tempfile.mktemp(suffix=".pdf")

    ## Good
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            ...

    ## Limits
    `tempfile.mktemp` and its ancestors. A constant path under `/tmp` that is opened for writing has low
    confidence, since a container may have the folder for itself. Mode `x` complies: it makes the file or
    fails.

    ## References
    - https://cwe.mitre.org/data/definitions/377.html
    - https://docs.python.org/3/library/tempfile.html#tempfile.mktemp
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "files named or opened for writing"
    cwe = 377
    owasp = "A01:2021"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Names of temporary files, and files that are opened for writing."""
        yield from backend.calls(*_NAMES)
        for site in backend.calls("open", "io.open", "aiofiles.open"):
            mode = backend.text(site.function, site.argument(1, "mode")) or "r"
            if {"w", "a"} & set(mode) and not is_run_by_hand(site.location.path):
                yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A name that is known before the file is there."""
        if subject.callee.name in _NAMES:
            yield self.finding(
                subject,
                f"`{subject.callee.name}` gives a name that another process can take before the file is made",
                help="use `tempfile.NamedTemporaryFile`, `mkstemp` or `TemporaryDirectory`",
            )
            return
        path = backend.text(subject.function, subject.argument(0, "file"))
        if path is not None and path.startswith(_SHARED):
            yield self.finding(
                subject,
                f"`{path}` can be made by another account before the backend writes into it",
                help="use `tempfile.NamedTemporaryFile` or `TemporaryDirectory`",
                confidence=Confidence.LOW,
            )
