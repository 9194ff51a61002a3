"""Outcomes for report tests: an ordinary run, a hostile one, and an empty one."""

from __future__ import annotations

from linter.finding import Confidence, Edit, Finding, Fix, Location, Note, Severity
from linter.measures import Counts, Figure, Measures, Trend
from linter.outcome import (
    Failure,
    Hidden,
    Inventory,
    Outcome,
    PracticeResult,
    RuleInfo,
    RuleResult,
    Skipped,
    StaleEntry,
)

VIEWS = (
    "from fastapi import APIRouter, Depends",
    "",
    "router = APIRouter()",
    "",
    '@router.get("/orders")',
    "async def search(q: str, db: Session = Depends(session)) -> list[OrderOut]:",
    '    name = "Zoë 漢字"; rows = db.execute(text(f"select * from orders where note = \'{q}\'"))',
    "    return rows.all()",
    "",
    '@router.post("/orders")',
    "async def create_order(",
    "    payload: OrderIn,",
    "    db: Session = Depends(session),",
    ") -> OrderOut:",
    "\tlog.info(f'new order {payload.card}')\t# tab-indented",
    "    return save(db, payload)",
)
MODELS = (
    "class Order(Base):",
    '    __tablename__ = "orders"',
    "    id = mapped_column(primary_key=True)",
    "    user_id = mapped_column(Integer)",
    "    total = mapped_column(Float)",
)
TIMINGS = tuple(f"    print('step {number}', time.time() - started)" for number in range(1, 8))

HOSTILE_PATH = "a\nb/%0A,x:y/<script>alert(1)</script>/\x1b[31mred\u202e\udc80.py"
HOSTILE_TEXT = (
    "`<script>alert(1)</script>` ]]> %0A, a: b\n::error::x ##[add-mask]y \x1b]0;title\x07 \ufffe\x00 "
    "</script><!-- \u202egnp\u2028 \ud800 @someone #12 | ```` **b** [l](javascript:x) {0} "
    "\U0001f469\u200d\U0001f4bb"
)
HOSTILE_LINES = (
    "x = '<script>alert(1)</script>' ]]> ```` \x1b[31m \u202e \x00 e\u0301 \U0001f600\tafter",
    "::error::not a command",
    "y" * 3000,
)


def place(path: str, line: int, column: int, end_line: int = 0, end_column: int = 0) -> Location:
    return Location(path, line, column, end_line or line, end_column or column + 1)


def finding(
    rule: str, message: str, location: Location, severity: Severity = Severity.ERROR, **more: object
) -> Finding:
    values = {"confidence": Confidence.HIGH, "fingerprint": f"fp-{rule}-{message}"[:60], **more}
    return Finding(rule=rule, message=message, location=location, severity=severity, **values)  # type: ignore[arg-type]


def rule_info(id: str, title: str, severity: Severity, **more: object) -> RuleInfo:
    documentation = (
        "An attacker reads or changes what belongs to others.\n\n"
        '```python\ncursor.execute(f"select {name}")  # bad\n```\n\n'
        "- Bind values as parameters.\n- Map names through a fixed table.\n\n"
        "References: CWE, OWASP."
    )
    values = {"confidence": Confidence.HIGH, **more}
    return RuleInfo(id=id, title=title, documentation=documentation, severity=severity, **values)  # type: ignore[arg-type]


RULES = {
    info.id: info
    for info in (
        rule_info(
            "input-validation/sql-from-input",
            "Input reaches a SQL statement as text",
            Severity.ERROR,
            cwe=89,
            owasp="API8:2023",
        ),
        rule_info(
            "authentication/unauthenticated-route",
            "A route that changes state answers anonymous callers",
            Severity.ERROR,
            cwe=306,
            owasp="API2:2023",
        ),
        rule_info(
            "indexing/unindexed-foreign-key", "A foreign key has no index", Severity.WARNING, fix="unsafe"
        ),
        rule_info("measurement/timing-by-print", "Time is measured by print", Severity.NOTE, fix="safe"),
        rule_info("normalization/money-as-float", "Money is kept in a float column", Severity.WARNING),
    )
}

INJECTION = finding(
    "input-validation/sql-from-input",
    "`q` reaches SQL as text, so a caller can read any table",
    place("shop/orders/views.py", 7, 35, 7, 97),
    help='pass it as a parameter: `text("… where note = :q"), {"q": q}`',
    scope="shop.orders.views.search",
    path=(
        Note(place("shop/orders/views.py", 6, 18, 6, 24), "`q` comes from the query string"),
        Note(place("shop/orders/views.py", 7, 45, 7, 92), "and is formatted into the statement"),
    ),
)
OPEN_ROUTE = finding(
    "authentication/unauthenticated-route",
    "`POST /orders` answers callers it has not identified",
    place("shop/orders/views.py", 11, 1, 14, 16),
    help="add a dependency that refuses anonymous callers, for example `Depends(current_user)`",
    scope="shop.orders.views.create_order",
    related=(Note(place("shop/auth.py", 12, 1), "`current_user` guards the sibling routes"),),
)
NO_INDEX = finding(
    "indexing/unindexed-foreign-key",
    "`orders.user_id` refers to `users` and leads no index, so each delete of a user scans `orders`",
    place("shop/orders/models.py", 4, 5, 4, 37),
    Severity.WARNING,
    help="add `index=True`",
    fixable="unsafe",
    fix=Fix("unsafe", (Edit(place("shop/orders/models.py", 4, 36, 4, 36), ", index=True"),)),
)
PRINTS = tuple(
    finding(
        "measurement/timing-by-print",
        "Time is printed, so nobody can chart or alert on it",
        place("shop/jobs.py", line, 5, line, 40),
        Severity.NOTE,
        help="record a histogram",
        fixable="safe",
    )
    for line in range(1, 8)
)
IGNORED = finding(
    "normalization/money-as-float",
    "`orders.total` is money in a float",
    place("shop/orders/models.py", 5, 5),
    Severity.WARNING,
)
INVENTORY = Inventory(
    files=210,
    lines=38_412,
    frameworks=("FastAPI", "SQLAlchemy"),
    databases=("PostgreSQL",),
    routes=43,
    tables=17,
    queries=128,
    migrations=22,
)


def ordinary() -> Outcome:
    findings = (*PRINTS, NO_INDEX, INJECTION, OPEN_ROUTE)
    hidden = [Hidden(IGNORED, "suppression", "legacy column, removed in June")]
    hidden += [
        Hidden(
            finding(
                "indexing/unindexed-foreign-key", f"old {n}", place("shop/old.py", n, 1), Severity.WARNING
            ),
            "baseline",
        )
        for n in range(1, 4)
    ]
    hidden += [
        Hidden(
            finding("measurement/timing-by-print", "low", place("shop/low.py", 3, 1), Severity.NOTE),
            "profile",
        )
    ]
    hidden += [
        Hidden(
            finding("measurement/timing-by-print", "same", place("shop/low.py", 4, 1), Severity.NOTE),
            "unchanged",
        )
    ]
    return Outcome(
        version="0.1.0",
        profile="ci",
        today="2026-11-23",
        findings=tuple(sorted(findings, key=lambda item: item.sort_key)),
        hidden=tuple(hidden),
        rules=RULES,
        inventory=INVENTORY,
        skipped=(Skipped("legacy/py2.py", "not valid Python: line 3: print needs parentheses"),),
        excluded={".gitignore": 1204, "exclude": 3},
        failures=(Failure("rule batching/n-plus-one at shop/orders/views.py", "KeyError: 'orders'"),),
        stale=(StaleEntry("shop/gone.py", "indexing/unindexed-foreign-key", "fp", 2),),
        sources={"shop/orders/views.py": VIEWS, "shop/orders/models.py": MODELS, "shop/jobs.py": TIMINGS},
    )


def hostile(text: str = HOSTILE_TEXT, path: str = HOSTILE_PATH) -> Outcome:
    """Every text that a repository or a rule controls is `text`, every path `path`."""
    rule = "input-validation/sql-from-input"
    note = Note(place(path, 1, 3), text)
    findings = (
        finding(
            rule, text, place(path, 1, 5, 1, 30), help=text, scope=text, path=(note, note), related=(note,)
        ),
        finding(rule, text, place(path, 1, 40, 1, 70), Severity.WARNING, help=text),
        finding(rule, text, place(path, 3, 2500, 3, 2510), Severity.NOTE),
        finding(rule, text, place(path, 999, 7), Severity.NOTE),
        finding(rule, text, place("empty.py", 1, 1, 1, 1), Severity.NOTE),
        finding(
            f"unknown/{text}",
            text,
            Location(path, 0, 0, -1, -1),
            fixable="safe",
            fix=Fix("safe", (Edit(place(path, 1, 1), text),)),
        ),
    )
    info = RuleInfo(
        rule,
        text,
        f"{text}\n\n- {text}\n\n```\n{text}\n```",
        Severity.ERROR,
        Confidence.LOW,
        cwe=89,
        owasp=text,
    )
    outcome = Outcome(
        version="0.1.0",
        profile="audit",
        today="2026-11-23",
        findings=findings,
        hidden=(Hidden(findings[0], "suppression", text), Hidden(findings[1], "baseline")),
        rules={rule: info},
        inventory=Inventory(1, 1, (text,), (text,), 1, 1, 1, 1),
        skipped=(Skipped(path, text),),
        excluded={text: 1},
        failures=(Failure(text, text),),
        stale=(StaleEntry(path, rule, text, 1),),
        sources={path: HOSTILE_LINES, "empty.py": ()},
        timings={text: 0.5},
    )
    results = (
        RuleResult(rule, text, 3, 1, 1, ((text, path, 1),)),
        RuleResult(f"unknown/{text}", text, 0, 0, 0),
    )
    outcome.checklist = (
        PracticeResult("input-validation", text, text, text, "violations", results, findings, (text,)),
        PracticeResult(text, text, text, text, "ask", (), (), (text,)),
        PracticeResult("maintainability", text, text, text, "ask", (), (), (text,)),
    )
    figures = (
        Figure("complexity", path, text, 1, 40.0, 2.0),
        Figure("maintainability-index", path, "", 1, 0.0),
    )
    outcome.measures = Measures(figures, {path: Counts(0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0)})
    outcome.trend = Trend(text, "0" * 40, figures)
    return outcome


def empty() -> Outcome:
    return Outcome(
        version="0.1.0",
        profile="ci",
        today="2026-11-23",
        findings=(),
        hidden=(),
        rules={},
        inventory=Inventory(0, 0, (), (), 0, 0, 0, 0),
    )


GREW = Figure("complexity", "shop/orders/views.py", "Search.get", 6, 18.0, 11.0)
NEW = Figure("complexity", "shop/jobs.py", "run", 1, 14.0)
SHRANK = Figure("complexity", "shop/auth.py", "login", 4, 3.0, 5.0)
DENSE = Figure("maintainability-index", "shop/orders/views.py", "", 1, 12.34, 20.0)
STEADY = Figure("complexity", "shop/mail.py", "send", 9, 31.0)


def compared(outcome: Outcome) -> Outcome:
    """The same run with `--since main`."""
    outcome.trend = Trend("main", "0123456789abcdef0123456789abcdef01234567", (NEW, GREW, SHRANK, DENSE))
    return outcome


def audited() -> Outcome:
    """A run of `audit` with each status in the checklist."""
    outcome = compared(ordinary())
    outcome.profile = "audit"
    outcome.measures = Measures(
        (STEADY, GREW, NEW, DENSE), {"shop/jobs.py": Counts(7, 7, 7, 1, 0, 0, 0, 96.5, 2.5, 241.25)}
    )
    outcome.checklist = (
        _practice(
            "consistency",
            "Consistency",
            "API design",
            "complies",
            (_held("consistency/path-style", "routes", 43, 0),),
        ),
        _practice(
            "documentation",
            "Documentation",
            "API design",
            "ask",
            (),
            questions=("Where do API consumers read about a change before it ships?",),
        ),
        _practice(
            "normalization",
            "Normalization",
            "Data",
            "complies",
            (
                _held("normalization/money-as-float", "money columns", 9, 0),
                _held("normalization/missing-primary-key", "tables", 17, 0),
            ),
        ),
        _practice(
            "indexing",
            "Indexing",
            "Data",
            "violations",
            (
                RuleResult(
                    "indexing/unindexed-foreign-key", "foreign keys", 21, 1, 3, _evidence("foreign key")
                ),
            ),
            (NO_INDEX,),
        ),
        _practice(
            "measurement",
            "Measurement",
            "Performance",
            "violations",
            (RuleResult("measurement/timing-by-print", "prints", 7, 7, 0),),
            PRINTS,
        ),
        _practice(
            "caching",
            "Caching",
            "Performance",
            "not-applicable",
            (RuleResult("caching/unbounded-entry", "cache entries", 0, 0, 0),),
        ),
        _practice(
            "input-validation",
            "Input validation",
            "Security",
            "violations",
            (
                RuleResult(
                    "input-validation/sql-from-input",
                    "SQL statements built at run time",
                    41,
                    1,
                    2,
                    _evidence("statement"),
                ),
                _held("input-validation/unbounded-upload", "uploads", 4, 0),
                RuleResult("input-validation/path-from-input", "file accesses", 0, 0, 0),
            ),
            (INJECTION,),
            questions=("Who may upload files, and what happens to them afterwards?",),
        ),
        _practice(
            "authentication",
            "Authentication",
            "Security",
            "violations",
            (
                RuleResult(
                    "authentication/unauthenticated-route",
                    "routes that change state",
                    41,
                    1,
                    2,
                    _evidence("PUT /orders/{id}"),
                ),
            ),
            (OPEN_ROUTE,),
            questions=("Is `POST /orders` meant for guests?",),
        ),
        _practice(
            "testing",
            "Testing",
            "Engineering",
            "ask",
            (_held("testing/route-without-test", "routes", 43, 0),),
            questions=("Do tests run against the real database engine in CI?", "Who looks at a flaky test?"),
        ),
    )
    return outcome


def _practice(
    id: str,
    title: str,
    group: str,
    status: str,
    rules: tuple[RuleResult, ...],
    findings: tuple[Finding, ...] = (),
    questions: tuple[str, ...] = (),
) -> PracticeResult:
    summary = f"What {title.lower()} asks of every part of the backend, in one sentence with `code`."
    return PracticeResult(id, title, group, summary, status, rules, findings, questions)  # type: ignore[arg-type]


def _held(rule: str, noun: str, subjects: int, undecided: int) -> RuleResult:
    return RuleResult(rule, noun, subjects, 0, undecided, _evidence(noun))


def _evidence(label: str) -> tuple[tuple[str, str, int], ...]:
    return tuple((f"{label} {number}", f"shop/orders/{number}.py", number * 3) for number in range(1, 6))
