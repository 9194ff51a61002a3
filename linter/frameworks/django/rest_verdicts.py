"""What permissions of DRF do together."""

from __future__ import annotations

from linter.backend import Verdict


def any_of(verdicts: list[Verdict]) -> Verdict:
    """What several permissions do that all have to allow a request."""
    if Verdict.YES in verdicts:
        return Verdict.YES
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.NO


def combined(operator: str, verdicts: list[Verdict]) -> Verdict:
    """What `A & B`, `A | B` or `~A` does to an anonymous caller."""
    if operator == "&":
        return any_of(verdicts)
    if operator == "|":
        if Verdict.NO in verdicts:
            return Verdict.NO
        return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.YES
    opposite = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}
    return opposite.get(verdicts[0], Verdict.UNKNOWN) if verdicts else Verdict.UNKNOWN
