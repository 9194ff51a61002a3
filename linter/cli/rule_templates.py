"""What a new rule starts from: for each kind a rule that works, with fixtures that pass."""

from __future__ import annotations

from typing import NamedTuple


class Template(NamedTuple):
    """The text of a rule and of its fixtures, by file name. `render` fills in the names."""

    rule: str
    fixtures: dict[str, str]

    def render(self, rule: str) -> Template:
        """The same for the rule with this id."""
        name = "".join(word.capitalize() for word in rule.partition("/")[2].split("-"))

        def filled(text: str) -> str:
            return text.replace("RULE_NAME", name).replace("RULE_ID", rule)

        return Template(filled(self.rule), {file: filled(text) for file, text in self.fixtures.items()})


_DOCUMENTATION = '''\
    """TITLE.

    ## Why
    What goes wrong, for whom, and when: two or three sentences that convince a colleague.

    ## Bad
BAD

    ## Good
GOOD

    ## Limits
    What the rule leaves alone, and why.

    ## References
    - https://cwe.mitre.org/
    """
'''


def _documented(rule: str, title: str, bad: str, good: str) -> str:
    documentation = _DOCUMENTATION.replace("TITLE", title)
    for mark, example in (("BAD", bad), ("GOOD", good)):
        documentation = documentation.replace(f"{mark}\n", f"        {example}\n")
    return rule.replace("    DOCUMENTATION\n", documentation)


_MODEL = Template(
    _documented(
        '''\
from collections.abc import Iterable, Iterator

from linter.backend import Backend, Route
from linter.rule import Confidence, Outcome, Rule, Severity


class RULE_NAME(Rule[Route]):
    DOCUMENTATION

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "routes"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Every route: the audit counts them all, those that comply as well."""
        return backend.routes

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A path with `example` in it."""
        if "example" in subject.path:
            yield self.finding(
                subject,
                f"{subject} has a placeholder for a path",
                help="name the path after what it returns",
            )
''',
        "A route has a placeholder for a path",
        '@app.get("/example")',
        '@app.get("/orders")',
    ),
    {
        "bad_fastapi.py": """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/example")
def read_example() -> list[str]:  # expect: RULE_ID
    return []
""",
        "good_fastapi.py": """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def list_orders() -> list[str]:
    return []
""",
    },
)

_CST = Template(
    _documented(
        '''\
from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site
from linter.rule import Confidence, CstRule, Outcome, Severity


class RULE_NAME(CstRule):
    DOCUMENTATION

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "calls of `os.system`"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """The gate: calls by their resolved name, however they were imported."""
        return backend.calls("os.system")

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """Every such call."""
        yield self.finding(
            subject,
            "`os.system` hides whether the command failed",
            help="call `subprocess.run(..., check=True)`",
        )
''',
        "A command is run by `os.system`",
        "os.system(command)",
        "subprocess.run(command, check=True)",
    ),
    {
        "bad_stdlib.py": """\
import os
from os import system


def restart(service: str) -> None:
    os.system("restart")  # expect: RULE_ID
    system("status")  # expect: RULE_ID
""",
        "good_stdlib.py": """\
import subprocess


def restart() -> None:
    subprocess.run(["restart"], check=True)
""",
    },
)

_SQL = Template(
    _documented(
        '''\
from collections.abc import Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class RULE_NAME(SqlRule):
    DOCUMENTATION

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "SQL statements"

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A statement that empties a table. `subject.schema` has the tables as they are before it."""
        for action in subject.facts.actions:
            if action.kind == "truncate":
                yield self.finding(
                    subject,
                    f"`TRUNCATE` locks `{action.table}` against every reader",
                    help="delete the rows in batches",
                )
''',
        "A table is emptied with `TRUNCATE`",
        "TRUNCATE TABLE events;",
        "DELETE FROM events WHERE id < 1000;",
    ),
    {
        "bad_postgres.sql": "TRUNCATE TABLE events;  -- expect: RULE_ID\n",
        "good_postgres.sql": "DELETE FROM events WHERE id < 1000;\n",
    },
)

TEMPLATES = {"model": _MODEL, "cst": _CST, "sql": _SQL}
"""By kind of rule."""
