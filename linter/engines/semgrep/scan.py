"""semgrep beside backlint's own work: started before it, waited for after it, and joined with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from linter.engines.join import with_remarks
from linter.engines.semgrep.languages import extensions_of
from linter.engines.semgrep.output import Report, Said, SemgrepFailure, too_old
from linter.engines.semgrep.rules import RuleBook, RulesError, parse_rules
from linter.engines.semgrep.servers import SCRIPTS, server_files
from linter.facts.files import FileFacts
from linter.file_roles import is_test
from linter.outcome import Failure, Skipped
from linter.source_files import extension_of

if TYPE_CHECKING:
    from linter.cache import Cache
    from linter.checked import Checked
    from linter.engines.remark import Remark
    from linter.engines.semgrep.engine import SemgrepEngine
    from linter.engines.semgrep.job import Job
    from linter.facts.files import Directive
    from linter.source_files import SourceFile

_MARK = b"backlint:"
_LARGEST = 150_000
"""Bytes of a file above which our rules leave it: their time grows faster than the file, up to minutes."""


class Scan:
    """One scan of a project, begun when this is made; use it as a context.

    `files` are all files by printable path, `packages` the folders with a `package.json`. Files that the
    cache knows are not looked at again. After `joined`, `settled` says whether the next run would say the
    same.
    """

    def __init__(
        self,
        engine: SemgrepEngine,
        files: Mapping[str, SourceFile],
        packages: Collection[str],
        cache: Cache,
    ) -> None:
        self.settled = False
        self._engine = engine
        self._cache = cache
        self._problem = ""
        self._job: Job | None = None
        self._book = RuleBook({}, b"")
        self._ours: frozenset[str] = frozenset()
        self._large: list[str] = []
        self._targets: dict[str, SourceFile] = {}
        self._keys: dict[str, bytes] = {}
        self._known: dict[bytes, bytes] = {}
        try:
            self._begin(files, packages)
        except (RulesError, SemgrepFailure) as error:
            self._problem = str(error)

    def __enter__(self) -> Scan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._job is not None:
            self._job.close()

    def joined(
        self, checked: Checked, facts: Mapping[str, FileFacts], text_of: Callable[[str], str]
    ) -> Checked:
        """What was checked together with what semgrep says, or with one failure when it says nothing."""
        try:
            if self._problem:
                raise SemgrepFailure(self._problem)
            report = self._job.report() if self._job is not None else Report({}, frozenset())
        except SemgrepFailure as error:
            failure = Failure("engine semgrep", str(error))
            return msgspec.structs.replace(checked, failures=(*checked.failures, failure))
        said = self._remembered(report)
        self.settled = not report.unsteady
        foreign = {path: file for path, file in self._targets.items() if file.language == "foreign"}
        remarks = [
            (path, remark)
            for path, about in said.items()
            for remark in about.remarks
            # A rule of the project may have brought a file in that is none of ours.
            if path in self._ours or not self._book.rules[remark.code].builtin
        ]
        every = {**facts, **{path: FileFacts("foreign") for path in foreign}}
        checked = with_remarks(checked, _Source(self._book), remarks, every, text_of, judged=0)
        unread = [Skipped(path, about.unread) for path, about in said.items() if about.unread]
        unread += [
            Skipped(path, f"backlint's rules for semgrep leave files larger than {_LARGEST:,} bytes")
            for path in self._large
        ]
        return self._counted(checked, foreign, text_of, unread)

    def _begin(self, files: Mapping[str, SourceFile], packages: Collection[str]) -> None:
        program = self._engine.program
        if program is None:
            raise SemgrepFailure("it is not installed; `pip install 'backlint[semgrep]'` installs it")
        if program.too_old:
            raise SemgrepFailure(too_old(program.release))
        self._book = parse_rules(self._engine.needed(files))
        ours = _ours(self._book, files, packages)
        self._large = sorted(path for path in ours if len(files[path].data) > _LARGEST)
        self._ours = ours.difference(self._large)
        self._targets = _targets(self._book, files, self._ours)
        seal = self._engine.signature
        self._keys = {
            path: seal + file.digest + path.encode("utf-8", "surrogatepass")
            for path, file in self._targets.items()
        }
        self._known = self._cache.scans()
        unknown = [path for path in self._targets if self._keys[path] not in self._known]
        texts = {path: self._targets[path].data for path in unknown}
        if texts:
            from linter.engines.semgrep.job import Job

            self._job = Job(program, texts, self._book, self._engine.ignore)

    def _remembered(self, report: Report) -> dict[str, Said]:
        """What is said about every file, by path; it is stored for the next run."""
        said: dict[str, Said] = {}
        stored: dict[bytes, bytes] = {}
        for path, key in sorted(self._keys.items()):
            if key in self._known:
                stored[key] = self._known[key]
                said[path] = msgspec.msgpack.decode(self._known[key], type=Said)
            else:
                said[path] = report.said.get(path, Said())
                if path not in report.unsteady:
                    stored[key] = msgspec.msgpack.encode(said[path])
        if stored.keys() != self._known.keys():
            self._cache.store_scans(stored)
        return said

    def _counted(
        self,
        checked: Checked,
        foreign: Mapping[str, SourceFile],
        text_of: Callable[[str], str],
        unread: list[Skipped],
    ) -> Checked:
        """What was checked with the files and rules that only semgrep knows."""
        inventory = msgspec.structs.replace(
            checked.inventory,
            files=checked.inventory.files + len(foreign),
            lines=checked.inventory.lines + sum(file.data.count(b"\n") for file in foreign.values()),
        )
        rules, results = dict(checked.rules), dict(checked.results)
        for rule in self._book.rules.values():
            wanted = extensions_of(rule.languages)
            files = self._ours if rule.builtin else self._targets
            judged = sum(extension_of(path) in wanted for path in files)
            if judged:
                rules[rule.info.id] = rule.info
            if rule.info.id in results:
                result = results[rule.info.id]
                results[rule.info.id] = msgspec.structs.replace(result, subjects=max(judged, result.subjects))
        directives = {
            path: found
            for path, file in foreign.items()
            if _MARK in file.data and (found := _directives(path, text_of(path)))
        }
        return msgspec.structs.replace(
            checked,
            inventory=inventory,
            rules=rules,
            results=results,
            directives={**checked.directives, **directives},
            skipped=(*checked.skipped, *unread),
        )


def _ours(book: RuleBook, files: Mapping[str, SourceFile], packages: Collection[str]) -> frozenset[str]:
    """The files that our own rules look at: neither tests nor what runs in a browser."""
    wanted = extensions_of(name for rule in book.rules.values() if rule.builtin for name in rule.languages)
    servers = server_files(files, packages) if wanted & SCRIPTS else frozenset()
    return frozenset(
        path
        for path in files
        if (extension := extension_of(path)) in wanted
        and (extension not in SCRIPTS or path in servers)
        and not is_test(path)
    )


def _targets(book: RuleBook, files: Mapping[str, SourceFile], ours: frozenset[str]) -> dict[str, SourceFile]:
    """The files that rules look at: `ours`, and those that the rules of the project are about."""
    rules = book.rules.values()
    theirs = extensions_of(name for rule in rules if not rule.builtin for name in rule.languages)
    return {path: file for path, file in files.items() if path in ours or extension_of(path) in theirs}


class _Source:
    """semgrep as the maker of remarks."""

    name = "semgrep"

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported: the rule's practice, and its own id."""
        return self._book.rules[remark.code].info.id

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation of the rule behind a remark."""
        info = self._book.rules[remark.code].info
        return info.title, info.documentation


def _directives(path: str, text: str) -> tuple[Directive, ...]:
    from linter.parse.comments import directives
    from linter.parse.pieces import language_at

    return directives(text, language_at(path), lambda line: (line, line))
