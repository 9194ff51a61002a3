"""Runs the engine over cases, and counts what it finds and what it should not have found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.backend import Backend
from linter.extract.files import extract
from linter.flow import flows_of
from linter.link import link

from .cases import Case


class Score(NamedTuple):
    """The cases of one kind by outcome; `missed` and `false` name the files that came out wrong."""

    vulnerable: int
    safe: int
    missed: tuple[str, ...]
    false: tuple[str, ...]

    @property
    def found_rate(self) -> float:
        """The part of the vulnerable cases that was found."""
        return 1.0 if not self.vulnerable else 1 - len(self.missed) / self.vulnerable

    @property
    def false_rate(self) -> float:
        """The part of the safe cases that was reported."""
        return 0.0 if not self.safe else len(self.false) / self.safe


def backend_of(texts: dict[str, str]) -> Backend:
    """The backend of files given as text."""
    facts = {path: extract(text.encode(), "python", "postgres") for path, text in texts.items()}
    return link(facts, texts.__getitem__)


def found_in(texts: dict[str, str], kinds: Iterable[str]) -> set[tuple[str, str]]:
    """The (file, kind) of each flow whose way can be seen."""
    flows = flows_of(backend_of(texts))
    return {
        (site.function.module.path, kind)
        for kind in kinds
        for site in flows.sites(kind)
        if any(flow.certainty != "loose" for flow in site.flows)
    }


def scores(cases: Iterable[Case]) -> dict[str, Score]:
    """The score of each kind."""
    known = list(cases)
    result = {}
    for kind in dict.fromkeys(each.kind for each in known):
        mine = [each for each in known if each.kind == kind]
        found = found_in({each.path: each.text for each in mine}, [kind])
        bad = [each.path for each in mine if each.vulnerable]
        good = [each.path for each in mine if not each.vulnerable]
        missed = tuple(path for path in bad if (path, kind) not in found)
        result[kind] = Score(len(bad), len(good), missed, tuple(p for p in good if (p, kind) in found))
    return result


def table_of(scored: dict[str, Score]) -> str:
    """The scores as a table, with the names of what went wrong."""
    lines = [f"{'kind':<12} {'cases':>6} {'found':>7} {'false':>7}"]
    for kind, score in scored.items():
        size = score.vulnerable + score.safe
        lines.append(f"{kind:<12} {size:>6} {score.found_rate:>7.3f} {score.false_rate:>7.3f}")
        lines += [f"    missed {path}" for path in score.missed]
        lines += [f"    false  {path}" for path in score.false]
    return "\n".join(lines)
