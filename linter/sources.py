"""Which files make up the project: found, read once and hashed once."""

from __future__ import annotations

import os
from collections.abc import Sequence

from linter import exclusion
from linter.config.settings import Settings
from linter.globs import Globs
from linter.outcome import Skipped
from linter.reading import Unreadable, read_head, read_regular, reason_of
from linter.source_files import (
    Considered,
    Discovery,
    Language,
    SourceFile,
    extension_of,
    language_of,
    source_file,
)
from linter.targets import (
    Chain,
    IgnoreFile,
    NamedPathError,
    NamedPathMissing,
    ignore_chain_above,
    lies_in,
    relative_to,
    resolve_targets,
)

__all__ = [
    "Considered",
    "Discovery",
    "Language",
    "NamedPathError",
    "NamedPathMissing",
    "SourceFile",
    "discover",
    "language_of",
    "stdin_source",
]

_DOCUMENTS = (".yaml", ".yml", ".json")
_SERVED_FROM_DOCUMENTS = b"connexion"
"""What Python source mentions when an application may be served from OpenAPI documents."""
_SCHEMAS = (".graphql", ".graphqls", ".gql")
_SERVED_FROM_SCHEMAS = b"load_schema_from_path"
"""What Python source calls when an application is served from files in GraphQL's schema language."""
_TEMPLATES = (".html", ".htm", ".jinja", ".jinja2", ".j2")
_SERVED_FROM_TEMPLATES = (b"render_template", b"TemplateResponse", b"render(", b"render_to_string")
"""What Python source calls to make a page of a template."""
_UNESCAPED = (b"safe", b"autoescape", b" import ")
"""What stands in a template that puts values out as they are, or has macros do it; others are not read."""
_CONFIG_LIMIT = 1_000_000
_IGNORED, _EXCLUDED, _NOT_INCLUDED = "gitignore", "exclude", "not in include"
_KEPT = "kept"
_LEADS_OUT = "it is a symbolic link that leads out of the project"
_BROKEN = "it is a broken symbolic link"


def stdin_source(name: str, data: bytes) -> SourceFile:
    """The file that an editor sends on standard input under `name`; Python unless the name says SQL."""
    return source_file(name, language_of(name) or "python", data)


def discover(
    root: str,
    settings: Settings,
    *,
    named: Sequence[str] = (),
    explain: bool = False,
    foreign: frozenset[str] = frozenset(),
) -> Discovery:
    """Find, read and hash the files of the project at `root`.

    The whole project is read whatever is named, because rules look across files; `named` paths (absolute,
    or relative to the working directory) become `targets`. One that the excludes leave out is read all the
    same, unless `force-exclude` is set. `foreign` are extensions of other languages (`.go`) whose files an
    engine wants to see. Raises `NamedPathMissing`, or `NamedPathError` for a path outside `root`.
    """
    root = os.path.realpath(root)
    targets = resolve_targets(root, named)
    asked = frozenset() if settings.force_exclude else frozenset(targets)
    walk = _Walk(root, settings, asked, explain, foreign)
    # What was named comes first, so that the walk finds it taken and does not count it as left out.
    for target in sorted(walk.asked):
        walk.add_named(target)
    walk.tree("")
    walk.add_linked()
    walk.add_documents()
    return walk.discovery(() if "" in targets else targets)


class _Walk:
    def __init__(
        self, root: str, settings: Settings, asked: frozenset[str], explain: bool, foreign: frozenset[str]
    ) -> None:
        self.root = root
        self.asked = asked
        self.foreign = foreign
        self.endings = frozenset("ywlbnsma2").union(each[-1] for each in foreign)
        self.base = root.rstrip(os.sep)
        self.respect_gitignore = settings.respect_gitignore
        self.limit = settings.max_file_size
        self.excludes = Globs((*settings.exclude, *settings.extend_exclude))
        self.includes = Globs(settings.include)
        self.files: dict[str, SourceFile] = {}
        self.skipped: dict[str, str] = {}
        self.excluded: dict[str, int] = {}
        self.configs: list[str] = []
        self.packages: list[str] = []
        self.links: list[tuple[str, Language]] = []
        self.documents: list[tuple[str, Chain]] = []
        self.visited: set[str] = set()
        self.considered: list[Considered] | None = [] if explain else None

    def discovery(self, targets: tuple[str, ...]) -> Discovery:
        files = [self.files[path] for path in sorted(self.files)]
        return Discovery(
            files=tuple(file for file in files if file.language != "foreign"),
            skipped=tuple(Skipped(path, self.skipped[path]) for path in sorted(self.skipped)),
            excluded=dict(sorted(self.excluded.items())),
            configs=tuple(sorted(self.configs)),
            targets=targets,
            considered=tuple(sorted(set(self.considered or ()))),
            foreign=tuple(file for file in files if file.language == "foreign"),
            packages=tuple(sorted(self.packages)),
        )

    def tree(self, start: str) -> None:
        """Walk the folder `start` (relative to the root) and all below it."""
        chain = ignore_chain_above(self.root, start) if self.respect_gitignore else ()
        pending: list[tuple[str, Chain, frozenset[str]]] = [(start, chain, frozenset())]
        while pending:
            path, chain, siblings = pending.pop()
            if path not in self.visited:
                self.visited.add(path)
                pending.extend(self._folder(path, chain, siblings))

    def _folder(
        self, path: str, chain: Chain, siblings: frozenset[str]
    ) -> list[tuple[str, Chain, frozenset[str]]]:
        """Take in the files of one folder; return the folders in it that are to be walked."""
        try:
            with os.scandir(f"{self.base}/{path}") as entries:
                found = {entry.name: entry for entry in entries}
        except OSError as error:
            self._skip(path or ".", reason_of(error))
            return []
        prefix = f"{path}/" if path else ""
        if path and path not in self.asked:
            reason = exclusion.why_by_content(path.rpartition("/")[2], found, siblings)
            if reason and not self._is_kept(path):
                self._leave_out(path, reason)
                return []
        if self.respect_gitignore:
            chain = self._chain_in(prefix, found, chain)
        if path:
            self._note_config(prefix, found)
            if self.foreign and "package.json" in found:
                self.packages.append(path)
        folders = [prefix + name for name, entry in found.items() if self._entry(prefix + name, entry, chain)]
        if not folders:
            return []
        names = frozenset(found)
        return [(folder, chain, names) for folder in folders]

    def _chain_in(self, prefix: str, found: dict[str, os.DirEntry[str]], chain: Chain) -> Chain:
        if ".git" in found and prefix:
            # A repository inside the project: the ignore files of the outer one end at its border.
            chain = self._with_ignore_file(f"{prefix}.git/info/exclude", prefix, ())
        if ".gitignore" in found:
            return self._with_ignore_file(f"{prefix}.gitignore", prefix, chain)
        return chain

    def _with_ignore_file(self, path: str, prefix: str, chain: Chain) -> Chain:
        try:
            globs = Globs.from_ignore_file(read_regular(f"{self.base}/{path}", _CONFIG_LIMIT))
        except Unreadable as problem:
            if path.endswith(".gitignore"):
                self._skip(path, problem.reason)
            return chain
        return (IgnoreFile(len(prefix), "", globs), *chain) if globs else chain

    def _note_config(self, prefix: str, found: dict[str, os.DirEntry[str]]) -> None:
        if "backlint.toml" in found:
            self.configs.append(f"{prefix}backlint.toml")
        elif "pyproject.toml" in found:
            path = f"{prefix}pyproject.toml"
            try:
                data = read_regular(f"{self.base}/{path}", _CONFIG_LIMIT)
            except Unreadable as problem:
                self._skip(path, problem.reason)
                return
            if b"backlint" in data:
                self.configs.append(path)

    def _verdict(self, path: str, name: str, folder: bool, chain: Chain) -> str:
        """Why the patterns leave `path` out; `_KEPT` when one of `exclude` keeps it expressly; or empty."""
        if self.excludes:
            verdict = self.excludes.verdict(path, name, folder)
            if verdict is not None:
                return _EXCLUDED if verdict else _KEPT
        for ignore_file in chain:
            verdict = ignore_file.verdict(path, name, folder)
            if verdict is not None:
                return _IGNORED if verdict else ""
        return ""

    def _is_kept(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return bool(self.excludes) and self.excludes.verdict(path, name, True) is False

    def _keeps_folder(self, path: str, name: str, chain: Chain) -> bool:
        if path in self.asked:
            return True
        reason = exclusion.why_by_name(name)
        if not reason or self.excludes:
            verdict = self._verdict(path, name, True, chain)
            if verdict == _KEPT:
                return True
            reason = reason or verdict
        if reason:
            self._leave_out(path, reason)
        return not reason

    def _entry(self, path: str, entry: os.DirEntry[str], chain: Chain) -> bool:
        """Take in one entry of a folder. Returns whether it is a folder to be walked."""
        name = entry.name
        try:
            if entry.is_symlink():
                self._link(path, entry, chain)
            elif entry.is_dir():
                return self._keeps_folder(path, name, chain)
            # Looking at the last letter first is cheap: .py, .pyw, .sql, .ipynb and documents pass.
            elif "." not in name or name[-1].lower() in self.endings:
                self._file(path, name, entry.is_file(), chain)
        except OSError as error:
            self._skip(path, reason_of(error))
        return False

    def _file(self, path: str, name: str, regular: bool, chain: Chain) -> None:
        """Take in what is neither a folder nor a link, if its name is of interest."""
        language = self._language(name)
        if name.endswith(".ipynb"):
            self._leave_out(path, exclusion.NOTEBOOK)
        elif language is not None:
            verdict = self._file_verdict(path, name, chain)
            if path in self.files:
                return
            if verdict not in ("", _KEPT):
                self._leave_out(path, verdict)
            elif regular:
                self._read(path, language, even_generated=verdict == _KEPT)
            else:
                self._skip(path, "it is not a regular file")
        elif name.endswith((*_DOCUMENTS, *_SCHEMAS, *_TEMPLATES)):
            if regular:
                self.documents.append((path, chain))
        elif "." not in name and regular and self._file_verdict(path, name, chain) in ("", _KEPT):
            if _is_python_script(f"{self.base}/{path}"):
                self._read(path, "python", even_generated=False)

    def _language(self, name: str) -> Language | None:
        return language_of(name) or ("foreign" if extension_of(name) in self.foreign else None)

    def _file_verdict(self, path: str, name: str, chain: Chain) -> str:
        verdict = self._verdict(path, name, False, chain)
        if verdict in ("", _KEPT) and self.includes and not self.includes.covers(path):
            return _NOT_INCLUDED
        return verdict

    def _read(self, path: str, language: Language, *, even_generated: bool) -> None:
        try:
            data = read_regular(f"{self.base}/{path}", self.limit)
        except Unreadable as problem:
            self._skip(path, problem.reason)
            return
        if not even_generated and exclusion.is_generated(path, data):
            self._leave_out(path, exclusion.GENERATED)
            return
        self.files[path] = source_file(path, language, data)
        if self.considered is not None:
            self.considered.append(Considered(path, ""))

    def _link(self, path: str, entry: os.DirEntry[str], chain: Chain) -> None:
        """Note a symbolic link. One that stays inside needs no following: its target is met by itself."""
        folder = entry.is_dir()
        language = language_of(entry.name)
        if (not folder and language is None) or exclusion.why_by_name(entry.name):
            return
        if self._verdict(path, entry.name, folder, chain) not in ("", _KEPT):
            return
        target = os.path.realpath(entry.path)
        if not lies_in(target, self.root):
            self._skip(path, _LEADS_OUT)
        elif not os.path.exists(target):
            self._skip(path, _BROKEN)
        elif not folder and language is not None:
            self.links.append((relative_to(target, self.root), language))

    def add_linked(self) -> None:
        """Read the targets that only the name of a link shows to be source, under their real path."""
        for target, language in sorted(self.links):
            met = target.rpartition("/")[0] in self.visited
            if met and target not in self.files and language_of(target) is None:
                self._read(target, language, even_generated=False)

    def add_documents(self) -> None:
        """Read API documents, GraphQL schemas and templates, if the project has code that may serve them."""
        apis, schemas = self._mention(_SERVED_FROM_DOCUMENTS), self._mention(_SERVED_FROM_SCHEMAS)
        templates = self._mention(*_SERVED_FROM_TEMPLATES)
        for path, chain in sorted(self.documents):
            name = path.rpartition("/")[2]
            is_template = name.endswith(_TEMPLATES)
            if not (templates if is_template else schemas if name.endswith(_SCHEMAS) else apis):
                continue
            if self._file_verdict(path, name, chain) not in ("", _KEPT):
                continue
            if is_template:
                self._read_template(path)
            elif name.endswith(_SCHEMAS):
                self._read(path, "graphql", even_generated=True)
            elif self._is_api(f"{self.base}/{path}"):
                self.skipped.pop(path, None)
                self._read(path, "openapi", even_generated=True)

    def _read_template(self, path: str) -> None:
        """Take in a template that may put something out as it is; one that cannot be read is none."""
        try:
            data = read_regular(f"{self.base}/{path}", self.limit)
        except Unreadable:
            return
        if any(word in data for word in _UNESCAPED):
            self.files[path] = source_file(path, "template", data)
            if self.considered is not None:
                self.considered.append(Considered(path, ""))

    def _mention(self, *names: bytes) -> bool:
        """Whether any Python source that is read mentions one of some names; asked only where it matters."""
        return bool(self.documents) and any(
            name in each.data for each in self.files.values() if each.language == "python" for name in names
        )

    def _is_api(self, path: str) -> bool:
        """Whether a file describes an API; one that is too large to be read is judged by its beginning."""
        import re

        try:
            data = read_regular(path, self.limit)
        except Unreadable:
            try:
                data = read_head(path, 4096)
            except Unreadable:
                return False
        return re.search(rb"""^[\s{]*["']?(?:openapi|swagger)["']?\s*:""", data, re.MULTILINE) is not None

    def add_named(self, target: str) -> None:
        """Take in a named path, whether or not the walk would."""
        full = f"{self.base}/{target}"
        if os.path.islink(full):
            self._skip(target, _LEADS_OUT if os.path.exists(full) else _BROKEN)
        elif os.path.isdir(full):
            self.tree(target)
        else:
            language = self._language(target) or ("python" if _is_python_script(full) else None)
            if language is None:
                self._skip(target, "it is neither Python nor SQL")
            else:
                self._read(target, language, even_generated=True)

    def _leave_out(self, path: str, reason: str) -> None:
        if reason not in exclusion.UNCOUNTED:
            self.excluded[reason] = self.excluded.get(reason, 0) + 1
        if self.considered is not None:
            self.considered.append(Considered(path, reason))

    def _skip(self, path: str, reason: str) -> None:
        self.skipped[path] = reason
        if self.considered is not None:
            self.considered.append(Considered(path, reason))


def _is_python_script(path: str) -> bool:
    """Whether the regular file at `path` opens with a shebang line that names Python."""
    try:
        head = read_head(path, 128)
    except Unreadable:
        return False
    return head.startswith(b"#!") and b"python" in head.partition(b"\n")[0]
