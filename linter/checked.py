"""What the rules said about a project, before anybody's configuration has its say."""

from __future__ import annotations

import msgspec

from linter.facts.files import Directive
from linter.finding import Finding, Location
from linter.measures import Measures
from linter.outcome import Failure, Inventory, RuleInfo, RuleResult, Skipped


class Checked(msgspec.Struct):
    """All findings of all rules with their fingerprints, and what is needed to judge them.

    `results` and `rules` are by rule id, `directives` by path. `clean` are the places that rules which follow
    values have judged and found nothing in, `refuted` what engines say of them all the same. It is stored as
    it is, so that a run in which nothing changed reads it back whatever the profile.
    """

    findings: tuple[Finding, ...]
    results: dict[str, RuleResult]
    rules: dict[str, RuleInfo]
    directives: dict[str, tuple[Directive, ...]]
    inventory: Inventory
    skipped: tuple[Skipped, ...]
    failures: tuple[Failure, ...]
    measures: Measures = Measures()
    clean: dict[str, tuple[Location, ...]] = {}
    refuted: tuple[Finding, ...] = ()
