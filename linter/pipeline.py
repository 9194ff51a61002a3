"""The street from end to end: files, facts, backend, findings, outcome."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from linter import __version__
from linter.cache import FOLDER, Cache, engine_signature
from linter.checked import Checked
from linter.file_roles import is_run_by_hand, is_test
from linter.finding import Finding, Severity
from linter.measures import Measures, Trend, with_trend, worst
from linter.outcome import (
    Hidden,
    Outcome,
    PracticeResult,
    RuleInfo,
    Skipped,
    StaleEntry,
)
from linter.packs import RuleFile, all_rule_files, builtin_folder, signature
from linter.timings import Timings

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.baseline import Baseline
    from linter.checking import Subjects
    from linter.config import Settings
    from linter.engines.engine import TreeEngine
    from linter.engines.sarif import Imported
    from linter.engines.semgrep.engine import SemgrepEngine
    from linter.facts.files import FileFacts
    from linter.resolve.changes import Change
    from linter.resolve.definitions import Module
    from linter.rule import Rule
    from linter.since import Changes
    from linter.sources import Discovery, SourceFile


class Run:
    """One analysis of one project. Steps are done when first asked for, and once.

    `jobs` bounds the worker processes; 0 means one for each core. `progress` is told
    (files done, files in all) while files are read. `semgrep` runs beside the analysis when it is given.
    """

    def __init__(
        self,
        settings: Settings,
        discovery: Discovery,
        *,
        jobs: int = 0,
        use_cache: bool = True,
        semgrep: SemgrepEngine | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.settings = settings
        self.discovery = discovery
        self.timings = Timings()
        self.parsed = 0
        self._jobs = jobs
        self._semgrep = semgrep
        self._progress = progress
        self._packs = [builtin_folder(), *(pack.path for pack in settings.packs if pack.trusted)]
        self.rule_files: list[RuleFile] = all_rule_files(self._packs)
        folder = settings.cache_dir or os.path.join(settings.root, FOLDER)
        self._cache = Cache(folder if use_cache else None, engine_signature())
        files = (*discovery.files, *discovery.foreign)
        self._by_path: dict[str, SourceFile] = {printable(file.path): file for file in files}
        self._backend: Backend | None = None
        self._rules: list[Rule[Any]] | None = None
        self._facts: dict[str, FileFacts] | None = None
        self._memory: LinkMemory | None = None
        self._engines: tuple[TreeEngine, ...] = ()
        self._observations: tuple[dict[str, bytes], ...] = ()
        self.subjects: Subjects = {}
        self._kept: set[str] = set()

    # Texts

    def text_of(self, path: str) -> str:
        """The text of a file of the project, line ends as they are."""
        data = self._by_path[path].data
        return data.decode("utf-8-sig", "replace")

    def real_path(self, path: str) -> str:
        """The path of a file as the file system has it."""
        return self._by_path[path].path

    def has_mark(self, path: str) -> bool:
        """Whether a file begins with a UTF-8 byte order mark."""
        return self._by_path[path].data.startswith(b"\xef\xbb\xbf")

    def is_utf8(self, path: str) -> bool:
        """Whether `text_of` is exact for a file."""
        try:
            self._by_path[path].data.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    # Facts and backend

    @property
    def facts(self) -> dict[str, FileFacts]:
        """Facts of every file by printable path, from the cache where its content is known."""
        if self._facts is None:
            self._facts = self._load_facts()
            self.timings.lap("extract")
        return self._facts

    @property
    def backend(self) -> Backend:
        """The linked backend."""
        if self._backend is None:
            from linter.link import link

            facts = self.facts
            readable = {path: each for path, each in facts.items() if not each.error}
            settings = self.settings
            self._backend = link(
                readable,
                self.text_of,
                settings.source_roots,
                settings.dialect,
                settings.postgres_version,
                flow={str(part): names for part, names in settings.flow.items()},
                memory=self._memory,
            )
            self.timings.lap("link")
        return self._backend

    @property
    def rules(self) -> list[Rule[Any]]:
        """The rules of all packs, loaded."""
        if self._rules is None:
            from linter.packs import load

            self._rules = list(load(self.rule_files))
            self.timings.lap("load rules")
        return self._rules

    def _load_facts(self) -> dict[str, FileFacts]:
        from linter.extraction import read_facts

        stored = self._cache.facts()
        observed = self._cache.observations() if self._engines else {}
        own = {path: file for path, file in self._by_path.items() if file.language != "foreign"}
        reading = read_facts(
            own,
            self.settings.dialect,
            stored,
            observers=self._engines,
            observed=observed,
            jobs=self._jobs,
            progress=self._progress,
        )
        self.parsed = reading.parsed
        self._observations = reading.observations
        if self._cache.is_kept:
            digests = {path: file.digest for path, file in own.items()}
            gone = {key: stored[key] for key in stored.keys() - reading.encoded.keys()}
            self._memory = LinkMemory(self._cache, digests, gone)
        if reading.encoded.keys() != stored.keys():
            self._cache.store_facts(reading.encoded)
        if reading.observed.keys() != observed.keys():
            self._cache.store_observations(reading.observed)
        return reading.facts

    # Findings

    def check(self) -> Checked:
        """What all rules and engines say about the project; from the cache when nothing has changed."""
        from linter.engines.roster import tree_engines

        self._engines = tree_engines(self.settings)
        key = self._key()
        self.timings.lap("hash")
        found = self._cache.result(key, Checked)
        if found is None:
            found, settled = self._checked_beside_semgrep()
            if settled:
                self._cache.store_result(key, found)
            self.timings.lap("store")
        else:
            self.timings.lap("read result")
        return found

    def _key(self) -> bytes:
        state = blake2b(digest_size=16)
        state.update(signature(self.rule_files))
        options = [self.settings.dialect, self.settings.postgres_version, *self.settings.source_roots]
        options += [f"{part}={each}" for part, names in sorted(self.settings.flow.items()) for each in names]
        state.update("\0".join(options).encode())
        for engine in self._engines:
            state.update(engine.signature)
        if self._semgrep is not None:
            state.update(self._semgrep.signature)
            state.update("\0".join(self.discovery.packages).encode("utf-8", "backslashreplace"))
        for path, file in self._by_path.items():
            state.update(path.encode("utf-8", "backslashreplace") + b"\0" + file.digest)
        return state.digest()

    def _checked_beside_semgrep(self) -> tuple[Checked, bool]:
        """What everybody says, and whether the next run would hear the same."""
        if self._semgrep is None or self._semgrep.is_idle(self._by_path):
            return self.check_afresh(), True
        from linter.engines.semgrep.scan import Scan

        with Scan(self._semgrep, self._by_path, self.discovery.packages, self._cache) as scan:
            self.timings.lap("start semgrep")
            checked = self.check_afresh()
            checked = scan.joined(checked, self.facts, self.text_of)
        self.timings.lap("wait for semgrep")
        return checked, scan.settled

    def keep_subjects(self, names: Collection[str]) -> None:
        """Fill `subjects` with what findings of some rules are about, which a fix asks."""
        from linter.checking import keep_subjects

        missing = [rule for rule in self.rules if rule.id in names and rule.id not in self._kept]
        keep_subjects(missing, self.backend, self.subjects)
        self._kept.update(names)
        self.timings.lap("subjects")

    def check_afresh(self) -> Checked:
        """Run every rule over the backend."""
        from linter.checking import check
        from linter.extraction import cores

        backend, rules = self.backend, self.rules
        checked = check(rules, backend, self.facts, self.timings, workers=self._jobs or cores())
        if not self._engines:
            return checked
        from linter.engines.join import join

        checked = join(checked, self._engines, self._observations, self.facts, self.text_of)
        self.timings.lap("join engines")
        return checked

    def with_imported(self, checked: Checked, imported: Iterable[Imported]) -> Checked:
        """What was checked together with results that other tools left in files."""
        from linter.engines.join import with_remarks

        for each in imported:
            checked = with_remarks(checked, each, each.remarks, self.facts, self.text_of, judged=0)
        self.timings.lap("import results")
        return checked

    # Outcome

    def outcome(
        self,
        checked: Checked,
        *,
        today: str,
        baseline: Baseline | None = None,
        changes: Changes | None = None,
        base: Callable[[], Changes | None] | None = None,
        audit: bool = False,
        timings: bool = False,
    ) -> Outcome:
        """What to report: configuration, suppressions, baseline and changed lines applied in this order.

        `base` tells what changed since the base branch; it is asked only when a migration has a finding.
        """
        judged = self._judged(checked, today)
        hidden, findings = judged.hidden, judged.shown
        stale: tuple[StaleEntry, ...] = ()
        if baseline is not None:
            from linter.baseline import split

            parted = split(findings, baseline, self.was_checked(checked))
            findings, stale = parted.new, tuple(parted.stale)
            hidden += parted.hidden
        about = any(each.practice == "migrations" for each in findings)
        new_only = self.settings.migrations == "new" and self.settings.profile != "audit"
        if about and (new_only or any(each.together for each in findings)):
            since = changes or (base() if base is not None else None)
            if new_only and since is not None:
                findings, released = self._without_released(findings, since)
                hidden += released
            changed = frozenset(since.paths) if since is not None else frozenset()
            findings = [
                each
                for each in findings
                if not each.together
                or {self.real_path(each.location.path), self.real_path(each.together)} <= changed
            ]
        if changes is not None:
            kept = []
            for finding in findings:
                place = finding.location
                if changes.touches(place.path, place.line, max(place.line, place.end_line)):
                    kept.append(finding)
                else:
                    hidden.append(Hidden(finding, "unchanged"))
            findings = kept
        trend = self._trend(changes) if changes is not None else None
        checklist: tuple[PracticeResult, ...] = ()
        if audit:
            from linter.checklist import judge

            checklist = judge(checked.results, findings)
        skipped = {*checked.skipped, *(_printable_skip(each) for each in self.discovery.skipped)}
        skipped = {each for each in skipped if self.discovery.is_target(each.path)}
        outcome = Outcome(
            version=__version__,
            profile=self.settings.profile,
            today=today,
            findings=tuple(findings),
            hidden=tuple(sorted(hidden, key=lambda each: each.finding.sort_key)),
            rules=judged.rules,
            inventory=checked.inventory,
            skipped=tuple(sorted(skipped)),
            excluded=self.discovery.excluded,
            failures=checked.failures,
            stale=stale,
            checklist=checklist,
            sources=self._sources(findings),
            measures=self._measures(checked, trend),
            trend=trend,
        )
        self.timings.lap("judge")
        if timings:
            outcome.timings = self.timings.seconds
        return outcome

    def _without_released(
        self, findings: list[Finding], since: Changes
    ) -> tuple[list[Finding], list[Hidden]]:
        """Findings apart from those of migrations that were there before: they have run.

        Who names a file wants to hear of it. A table that a new migration makes has no rows to wait for.
        """
        named = frozenset(self.discovery.targets)
        changed = frozenset(since.paths)
        kept: list[Finding] = []
        released: list[Hidden] = []
        for finding in findings:
            path = self.real_path(finding.location.path)
            if finding.practice != "migrations" or path in named:
                kept.append(finding)
            elif path not in changed:
                released.append(Hidden(finding, "released"))
            elif not finding.assumes or self.real_path(finding.assumes) not in changed:
                kept.append(finding)
        return kept, released

    def _measures(self, checked: Checked, trend: Trend | None) -> Measures:
        """The worst figures outside of tests, and the counts, of the files that the run is about."""
        is_target = self.discovery.is_target
        figures = worst(checked.measures.figures, lambda path: is_target(path) and not is_test(path))
        counts = {path: each for path, each in checked.measures.counts.items() if is_target(path)}
        return Measures(with_trend(figures, trend), counts)

    def _trend(self, changes: Changes) -> Trend | None:
        """How radon's figures of the changed files moved; None when radon takes no part."""
        from linter.engines.roster import chosen, release_of

        if not release_of("radon") or "radon" not in chosen(self.settings):
            return None
        from linter.engines.radon.trend import trend_of

        changed = frozenset(changes.paths)
        files = {
            path: file
            for path, file in self._by_path.items()
            if file.language == "python" and file.path in changed and self.discovery.is_target(path)
        }
        trend = trend_of(files, changes, self.settings.root, self.settings.max_file_size, self._jobs)
        self.timings.lap("trend")
        return trend

    def _judged(self, checked: Checked, today: str) -> _Judged:
        from linter.suppress import RULES, apply

        infos = {**checked.rules, **RULES}
        judge = _Judge(self.settings, infos)
        known = infos.keys()
        practices = {identity.partition("/")[0] + "/*" for identity in known}
        targeted = [each for each in checked.findings if self.discovery.is_target(each.location.path)]
        directives = {
            path: each for path, each in checked.directives.items() if self.discovery.is_target(path)
        }
        shown, hidden, about = apply(
            targeted,
            directives,
            known_rules=lambda rule: rule in known or rule in practices,
            ran=judge.ran,
            today=today,
            require_reason=self.settings.require_reason,
            text_of=self.text_of,
        )
        if about:
            from linter.fingerprint import fingerprinted

            about = fingerprinted(about, self.facts, self.text_of)
        kept: list[Finding] = []
        for finding in sorted([*shown, *about], key=lambda each: each.sort_key):
            verdict = judge.apply(finding)
            if isinstance(verdict, Finding):
                kept.append(verdict)
            elif verdict is not None:
                hidden.append(verdict)
        for finding in checked.refuted:
            if self.discovery.is_target(finding.location.path) and isinstance(judge.apply(finding), Finding):
                hidden.append(Hidden(finding, "refuted"))
        suppressed = [each for each in hidden if each.by != "suppression" or judge.ran_at(each.finding)]
        return _Judged(kept, suppressed, judge.effective_rules())

    def was_checked(self, checked: Checked) -> Callable[[str, str], bool]:
        """Whether a rule was run on a path, or would be if the file were still there."""
        judge = _Judge(self.settings, checked.rules)
        present = self._by_path.keys()

        def was(rule: str, path: str) -> bool:
            if not self.discovery.is_target(path):
                return False
            return path not in present or judge.ran(rule, path)

        return was

    def _sources(self, findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
        paths = {finding.location.path for finding in findings}
        paths.update(note.location.path for finding in findings for note in (*finding.related, *finding.path))
        return {path: tuple(_lines(self.text_of(path))) for path in sorted(paths) if path in self._by_path}


class LinkMemory:
    """What the last run has linked and followed, in the cache. `gone` are facts that no file has any more."""

    def __init__(self, cache: Cache, digests: Mapping[str, bytes], gone: Mapping[bytes, bytes]) -> None:
        self.digests = digests
        self._cache = cache
        self._gone = gone
        self._changes: dict[tuple[str, bytes], Change] = {}

    def read(self, name: str) -> bytes | None:
        """What was kept under a name; None for nothing."""
        return self._cache.left(name)

    def write(self, name: str, payload: bytes) -> None:
        """Keep something for the next run."""
        self._cache.store_left(name, payload)

    def change(self, module: Module, before: bytes) -> Change:
        """How a module differs from the file that had a digest."""
        from linter.facts.files import FileFacts
        from linter.resolve.changes import change_of

        key = (module.path, before)
        if key not in self._changes:
            payload = next((facts for each, facts in self._gone.items() if each.startswith(before)), None)
            facts = None if payload is None else msgspec.msgpack.decode(payload, type=FileFacts)
            self._changes[key] = change_of(facts, module)
        return self._changes[key]


class _Judged(msgspec.Struct):
    shown: list[Finding]
    hidden: list[Hidden]
    rules: Mapping[str, RuleInfo]


class _Judge:
    """Applies profile, selection, severity and per-path ignores to findings."""

    def __init__(self, settings: Settings, infos: Mapping[str, RuleInfo]) -> None:
        self._settings = settings
        self._infos = infos
        self._selected: dict[tuple[str, str], bool] = {}

    def ran(self, rule: str, path: str) -> bool:
        """Whether a rule, or every rule of `practice/*`, runs on a file."""
        if rule.endswith("/*"):
            prefix = rule[:-1]
            own = (each for each, info in self._infos.items() if each.startswith(prefix) and not info.opt_in)
            return all(self.ran(each, path) for each in own)
        info = self._infos.get(rule)
        if info is None:
            return False
        from linter.selection import ignored_in, selected

        settings = self._settings.for_path(path)
        key = (rule, settings.folder)
        if key not in self._selected:
            self._selected[key] = selected(rule, info.severity, info.confidence, settings, opt_in=info.opt_in)
        return self._selected[key] and not ignored_in(rule, path, settings)

    def ran_at(self, finding: Finding) -> bool:
        """Whether the finding's rule runs where the finding is."""
        return self.ran(finding.rule, finding.location.path)

    def apply(self, finding: Finding) -> Finding | Hidden | None:
        """The finding as configured; Hidden when only the profile leaves it out; None when ignored."""
        from linter.selection import effective_severity, ignored_in, selected

        info = self._infos[finding.rule]
        path = finding.location.path
        settings = self._settings.for_path(path)
        severity = effective_severity(finding.rule, finding.severity, settings)
        if severity is None or ignored_in(finding.rule, path, settings):
            return None
        if self.ran(finding.rule, path):
            # A finding may be less certain than its rule: it is held against the profile by itself.
            # No caller reaches tests, scripts and migrations; engines do not know that.
            aside = info.engine and settings.profile != "audit" and (is_test(path) or is_run_by_hand(path))
            if aside or not self._admits(settings, finding):
                return Hidden(finding, "profile")
            return msgspec.structs.replace(finding, severity=severity)
        widest = msgspec.structs.replace(settings, profile="audit")
        if selected(finding.rule, info.severity, info.confidence, widest, opt_in=info.opt_in):
            return Hidden(finding, "profile")
        return None

    def _admits(self, settings: Settings, finding: Finding) -> bool:
        from linter.selection import selected

        return selected(finding.rule, finding.severity, finding.confidence, settings)

    def effective_rules(self) -> dict[str, RuleInfo]:
        """The rules with their configured severities."""
        from linter.selection import effective_severity

        found: dict[str, RuleInfo] = {}
        for identity, info in sorted(self._infos.items()):
            severity = effective_severity(identity, info.severity, self._settings)
            found[identity] = msgspec.structs.replace(info, severity=severity or Severity.NOTE)
        return found


def printable(path: str) -> str:
    """A path that every report and encoder can carry: undecodable bytes become escapes."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return path


def _printable_skip(skipped: Skipped) -> Skipped:
    return Skipped(printable(skipped.path), skipped.reason)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
