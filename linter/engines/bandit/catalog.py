"""The place of bandit's tests in the checklist."""

from __future__ import annotations

from linter.engines.weaknesses import practice_of

PRACTICES = {
    "B101": "error-handling",
    "B102": "input-validation",
    "B103": "deployment",
    "B104": "deployment",
    "B105": "data-protection",
    "B106": "data-protection",
    "B107": "data-protection",
    "B108": "deployment",
    "B110": "error-handling",
    "B112": "error-handling",
    "B113": "integration",
    "B201": "deployment",
    "B202": "input-validation",
    "B301": "input-validation",
    "B302": "input-validation",
    "B303": "data-protection",
    "B304": "data-protection",
    "B305": "data-protection",
    "B306": "deployment",
    "B307": "input-validation",
    "B308": "input-validation",
    "B310": "input-validation",
    "B311": "data-protection",
    "B312": "data-protection",
    "B313": "input-validation",
    "B314": "input-validation",
    "B315": "input-validation",
    "B316": "input-validation",
    "B317": "input-validation",
    "B318": "input-validation",
    "B319": "input-validation",
    "B320": "input-validation",
    "B321": "data-protection",
    "B323": "data-protection",
    "B324": "data-protection",
    "B401": "data-protection",
    "B402": "data-protection",
    "B403": "input-validation",
    "B404": "input-validation",
    "B405": "input-validation",
    "B406": "input-validation",
    "B407": "input-validation",
    "B408": "input-validation",
    "B409": "input-validation",
    "B410": "input-validation",
    "B411": "input-validation",
    "B412": "deployment",
    "B413": "data-protection",
    "B415": "data-protection",
    "B501": "data-protection",
    "B502": "data-protection",
    "B503": "data-protection",
    "B504": "data-protection",
    "B505": "data-protection",
    "B506": "input-validation",
    "B507": "data-protection",
    "B508": "data-protection",
    "B509": "data-protection",
    "B601": "input-validation",
    "B602": "input-validation",
    "B603": "input-validation",
    "B604": "input-validation",
    "B605": "input-validation",
    "B606": "input-validation",
    "B607": "input-validation",
    "B608": "input-validation",
    "B609": "input-validation",
    "B610": "input-validation",
    "B611": "input-validation",
    "B612": "deployment",
    "B613": "maintainability",
    "B614": "input-validation",
    "B615": "deployment",
    "B701": "input-validation",
    "B702": "input-validation",
    "B703": "input-validation",
    "B704": "input-validation",
}
ASKED_FOR = frozenset({"B403", "B404", "B405", "B406", "B407", "B408", "B409", "B410"})
"""Imports of pickle, subprocess and XML libraries: B301, B602 to B607 and B313 to B320 judge their calls."""


def rule_of(code: str, cwe: int | None) -> str:
    """The id under which a test's findings are reported. A plugin's test is filed by its weakness."""
    practice = PRACTICES.get(code) or practice_of(cwe)
    return f"{practice}/bandit-{code.lower().replace('_', '-')}"


def known_rules() -> list[str]:
    """The ids of bandit's own tests, as configuration may name them."""
    return [rule_of(code, None) for code in PRACTICES]
