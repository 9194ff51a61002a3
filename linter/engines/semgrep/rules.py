"""Rules in semgrep's language, and what each means in the checklist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any

import msgspec

from linter.config import ConfigError
from linter.engines.sarif import cwe_number, slug
from linter.engines.semgrep.rule_files import RuleText, read_rules
from linter.engines.weaknesses import practice_of
from linter.finding import Confidence, Severity
from linter.outcome import RuleInfo

_MOST_PARTS = 100_000
_SEVERITIES = {
    "CRITICAL": Severity.ERROR,
    "ERROR": Severity.ERROR,
    "HIGH": Severity.ERROR,
    "WARNING": Severity.WARNING,
    "MEDIUM": Severity.WARNING,
}
_CONFIDENCES = {"HIGH": Confidence.HIGH, "LOW": Confidence.LOW}


class RulesError(Exception):
    """Rules that cannot be used: the message says which, and why."""


class SemgrepRule(msgspec.Struct, frozen=True):
    """One rule. `code` is its id in the file, `info` what it is in backlint's words."""

    code: str
    info: RuleInfo
    languages: tuple[str, ...]
    builtin: bool


class RuleBook(msgspec.Struct, frozen=True):
    """All rules of a run by code, and the file (JSON) that tells semgrep of them."""

    rules: dict[str, SemgrepRule]
    document: bytes


def known_rules(stated: Sequence[str], root: str) -> dict[str, RuleInfo]:
    """All rules by the id under which they are reported. Raises `ConfigError`."""
    texts = read_rules(stated, root)
    try:
        rules = parse_rules(texts).rules
    except RulesError as error:
        raise ConfigError(f"cannot read semgrep rules: {error}", texts[-1].name) from error
    return {rule.info.id: rule.info for rule in sorted(rules.values(), key=lambda each: each.info.id)}


def parse_rules(texts: Iterable[RuleText]) -> RuleBook:
    """The rules in these files. Raises `RulesError`."""
    practices = _practices()
    rules: dict[str, SemgrepRule] = {}
    places: dict[str, str] = {}
    documents: list[Mapping[str, Any]] = []
    for text in texts:
        for stated in _stated(text):
            rule = _rule(stated, text, practices)
            if rule.code in rules:
                raise RulesError(f"rule `{rule.code}` is in {places[rule.code]} and in {text.name}")
            if _size(stated) > _MOST_PARTS:
                raise RulesError(f"rule `{rule.code}` in {text.name} is too large")
            rules[rule.code] = rule
            places[rule.code] = text.name
            documents.append(stated)
    try:
        document = msgspec.json.encode({"rules": documents})
    except (TypeError, ValueError, RecursionError, UnicodeEncodeError) as error:
        raise RulesError(f"a rule holds what JSON cannot: {error}") from error
    return RuleBook(rules, document)


def _practices() -> frozenset[str]:
    """The rows of the checklist: a rule may be filed under one of them."""
    from linter.checklist import practices

    return frozenset(each.id for each in practices())


def _stated(text: RuleText) -> Iterator[Mapping[str, Any]]:
    """The rules in a file as they are written. One without `rules` is something else that is YAML."""
    import yaml

    try:
        content = yaml.load(text.data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RulesError(f"{text.name} is no YAML: {' '.join(str(error).split())}") from error
    rules = content.get("rules") if isinstance(content, dict) else None
    for rule in rules if isinstance(rules, list) else ():
        if not isinstance(rule, dict) or not isinstance(rule.get("id"), str) or not rule["id"].strip():
            raise RulesError(f"{text.name} has a rule without an `id`")
        yield rule


def _size(value: object) -> float:
    """How many parts a value has with its YAML aliases written out; infinite for one that holds itself."""
    sizes: dict[int, float] = {}

    def measured(part: object) -> float:
        if not isinstance(part, (dict, list)):
            return 1
        if id(part) not in sizes:
            sizes[id(part)] = inf
            sizes[id(part)] = 1 + sum(map(measured, part.values() if isinstance(part, dict) else part))
        return sizes[id(part)]

    return measured(value)


def _rule(stated: Mapping[str, Any], text: RuleText, practices: frozenset[str]) -> SemgrepRule:
    code = stated["id"]
    if stated.get("mode") == "join":
        raise RulesError(f"rule `{code}` in {text.name} joins other rules, which may have to be fetched")
    languages = stated.get("languages")
    metadata = stated.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    cwe = _weakness(metadata.get("cwe"))
    practice = metadata.get("practice")
    if practice not in practices:
        practice = practice_of(cwe)
    info = RuleInfo(
        id=f"{practice}/semgrep-{slug(code)}",
        title=_title(stated, code),
        documentation=_documentation(stated, metadata, code),
        severity=_SEVERITIES.get(str(stated.get("severity")).upper(), Severity.NOTE),
        confidence=_CONFIDENCES.get(str(metadata.get("confidence")).upper(), Confidence.MEDIUM),
        cwe=cwe,
        owasp=_owasp(metadata.get("owasp")),
        engine="semgrep",
    )
    names = tuple(str(each) for each in languages) if isinstance(languages, list) else ()
    return SemgrepRule(code, info, names, text.builtin)


def _weakness(value: object) -> int | None:
    for text in value if isinstance(value, list) else [value]:
        number = cwe_number(text)
        if number is not None:
            return number
    return None


def _owasp(value: object) -> str:
    """An entry of the API list, as `API2:2023`; other lists have no place in a report."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and text.startswith("API"):
            return text.split()[0].rstrip(",;-")
    return ""


def _title(stated: Mapping[str, Any], code: str) -> str:
    """The first sentence of the message, which must not speak of a particular place."""
    message = " ".join(str(stated.get("message") or "").split())
    first, stop, _ = message.partition(". ")
    sentence = first + stop.strip()
    return sentence if sentence and "$" not in sentence else f"semgrep {code}"


def _documentation(stated: Mapping[str, Any], metadata: Mapping[str, Any], code: str) -> str:
    references = metadata.get("references")
    links = [each for each in references if isinstance(each, str)] if isinstance(references, list) else []
    parts = [
        " ".join(str(stated.get("message") or "").split()),
        f"Found by the semgrep rule `{code}`. `nosemgrep: {code}` in a comment on the line is honoured.",
        "\n".join(f"- {link}" for link in links),
    ]
    return "\n\n".join(part for part in parts if part)
