from collections.abc import Iterable, Iterator

from linter.backend import Backend, Revision
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class SeveralHeads(Rule[Revision]):
    """The history of migrations forks, and nothing joins it again.

    ## Why
    Two migrations follow the same one, usually because two branches were merged. Alembic refuses `upgrade
    head`, Django refuses `migrate`, and whoever applied one first has another order than the rest.

    ## Bad
        0003_add_region.py and 0003_add_priority.py, both behind 0002_orders.py

    ## Good
    `python manage.py makemigrations --merge`, `alembic merge heads`, or one of them moved behind the
    other.

    ## Limits
    Alembic branches with a label are meant to be apart. Revisions whose predecessor is not in the project
    are left out.

    ## References
    - https://docs.djangoproject.com/en/stable/topics/migrations/#version-control
    - https://alembic.sqlalchemy.org/en/latest/branches.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "heads of migration histories"

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """Migrations that no other follows."""
        for heads in _heads(backend).values():
            yield from heads

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """Another head came first."""
        heads = _heads(backend)[_line(subject)]
        if subject is heads[0] or (
            subject.tool == "alembic" and any(each.group for each in _of_line(subject, backend))
        ):
            return
        first = heads[0]
        what = f"the migrations of app `{subject.group}`" if subject.tool == "django" else "the revisions"
        yield self.finding(
            subject,
            f"{what} end in {first} and in {subject}, so they can't be applied",
            help=(
                "run `python manage.py makemigrations --merge`"
                if subject.tool == "django"
                else "run `alembic merge heads`"
            ),
            related=[Note(first.location, "the other end")],
        )


Line = tuple[str, int, str]


def _line(revision: Revision) -> Line:
    """What tells one history from another: Django has one for each app."""
    return (revision.tool, revision.history, revision.group if revision.tool == "django" else "")


def _of_line(revision: Revision, backend: Backend) -> list[Revision]:
    return [each for each in backend.revisions if _line(each) == _line(revision)]


def _heads(backend: Backend) -> dict[Line, list[Revision]]:
    lines: dict[Line, list[Revision]] = {}
    for revision in backend.revisions:
        if revision.tool != "sql":
            lines.setdefault(_line(revision), []).append(revision)
    found: dict[Line, list[Revision]] = {}
    for line, revisions in lines.items():
        followed = {name for each in revisions for name in each.after}
        found[line] = sorted(
            (each for each in revisions if each.name not in followed), key=lambda each: each.path
        )
    return found
