from collections.abc import Iterable, Iterator

from linter.analyses.effects import effects_of
from linter.analyses.named_rows import named_rows_of
from linter.backend import Backend, Route
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class StateChangeOnGet(Rule[Route]):
    """A GET request deletes or changes a row that the caller names.

    ## Why
    Browsers, mail scanners and crawlers open links by themselves, and a picture on another site is enough to
    make a visitor's browser send one with the session cookie. CSRF checks do not look at GET.

    ## Bad
        @app.get("/notes/<int:note_id>/delete")
        def delete(note_id): ...

    ## Good
        @app.post("/notes/<int:note_id>/delete")
        def delete(note_id): ...

    ## Limits
    Deletes, and constants that are written into a row, by the handler or functions that it hands the id to.
    New rows, times, counters and yes-or-no marks are not judged, nor what depends on the row's own state,
    such as removing what has run out. Links with a token or code are meant to act.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
    - https://owasp.org/www-community/attacks/csrf
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "routes that answer GET"
    cwe = 650

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes whose handler answers GET, each handler once."""
        found: dict[str, Route] = {}
        for route in backend.routes:
            if "GET" in route.methods and route.function is not None and not route.websocket:
                found.setdefault(route.handler, route)
        return found.values()

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A write that a plain GET leads to."""
        handler = subject.function
        assert handler is not None
        rows = named_rows_of(backend)
        if not _READING.issuperset(subject.methods) and rows.tells_methods_apart(handler):
            return
        for write in rows.writes(subject, handler):
            if effects_of(backend).is_open_on_purpose(subject):
                return
            row = f"a row of `{write.table}`" if write.table else "a row"
            yield self.finding(
                subject,
                f"{subject} {write.does} {row} on GET, so a link is enough to do it",
                help="answer POST or DELETE instead, and keep the CSRF check",
                location=subject.handler_location,
                related=[Note(write.location, f"it {write.does} the row here")],
            )
            return
