"""Which lines changed since a commit, as git tells it.

The comparison is between the working tree, with what is staged, unstaged and untracked, and the
commit where the current branch left REF. So work that others merged into REF meanwhile is not counted.

The repository is not trusted: no hook, monitor, external diff or text conversion of its configuration is
run, nothing is fetched, nothing is asked, and nothing is written.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import subprocess

Ranges: TypeAlias = list[tuple[int, int]]

_SHALLOW = (
    "This is a shallow clone. Fetch the whole history: `fetch-depth: 0` in actions/checkout, "
    "`GIT_DEPTH: 0` in GitLab, or `git fetch --unshallow`."
)
_SAFE = [
    "git",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "diff.relative=false",
]
_DIFF = [
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--unified=0",
    "--inter-hunk-context=0",
    "--find-renames",
    "--diff-filter=d",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--ignore-submodules=all",
    "--src-prefix=a/",
    "--dst-prefix=b/",
]
_HEAD = 200
"""More bytes than the line has that git writes before an object: hash, type and size."""
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_QUOTED = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class SinceError(Exception):
    """The changes cannot be told. `help` says what to do."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Changes:
    """Changed lines of the files below the project root.

    Where lines were only deleted, the line before and the line after count as changed: what
    they lost may be the guard of what is left.
    """

    def __init__(
        self,
        base: str,
        lines: Mapping[str, Ranges],
        whole: frozenset[str],
        *,
        ref: str = "",
        origins: Mapping[str, bytes] | None = None,
    ) -> None:
        self.base = base
        """The commit compared with."""
        self.ref = ref or base
        """What the user calls it."""
        self.origins = origins or {}
        """Where each changed file was at `base`, from the top of the checkout; new ones are left out."""
        self._lines = lines
        self._whole = whole

    @property
    def paths(self) -> tuple[str, ...]:
        """The changed files that exist, sorted, relative to the root with `/` separators."""
        return tuple(sorted(self._whole.union(self._lines)))

    def touches(self, path: str, first_line: int, last_line: int) -> bool:
        """Whether any line from `first_line` to `last_line` (1-based, inclusive) changed."""
        if path in self._whole:
            return True
        ranges = self._lines.get(path, [])
        index = bisect_left(ranges, first_line, key=lambda changed: changed[1])
        return index < len(ranges) and ranges[index][0] <= last_line


def changed_lines(root: str, ref: str) -> Changes:
    """What changed below `root` since the merge base of `ref` and HEAD, working tree included.

    Submodules are left out. Raises `SinceError` if git is missing, `root` is not in a checkout, `ref` is
    unknown, or the two have no common commit.
    """
    if not ref or ref.startswith("-") or not ref.isprintable():
        raise SinceError(f"`{ref}` is not the name of a commit", "Name a branch, a tag or a commit.")
    git = _Git(root)
    prefix = git.prefix()
    base = git.merge_base(ref)
    lines, origins, has_binary = _parse(git.read(*_DIFF, base, "--"))
    whole = _binary(git.read(*_DIFF, "--numstat", "-z", base, "--")) if has_binary else []
    untracked = git.read("ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    return Changes(
        base,
        {_below(prefix, path): ranges for path, ranges in lines.items() if path.startswith(prefix)},
        frozenset(
            [_below(prefix, path) for path in whole if path.startswith(prefix)]
            # A checkout within the checkout is listed as one folder, and is not part of the change.
            + [os.fsdecode(path) for path in untracked if path and not path.endswith(b"/")]
        ),
        ref=ref,
        origins={_below(prefix, path): old for path, old in origins.items() if path.startswith(prefix)},
    )


def contents_before(root: str, changes: Changes, paths: Iterable[str]) -> dict[str, bytes]:
    """What the changed files `paths` held at the commit compared with; those that are new are left out.

    A file whose old name holds a line end is left out as well. Raises `SinceError` when git fails.
    """
    wanted = [
        (path, changes.origins[path])
        for path in paths
        if path in changes.origins and b"\n" not in changes.origins[path]
    ]
    if not wanted:
        return {}
    base = changes.base.encode("ascii")
    asked = b"".join(base + b":" + old + b"\n" for _, old in wanted)
    # Unlike `git show` this converts nothing, and one process is enough for all.
    answer = memoryview(_Git(root).read("cat-file", "--batch", input=asked))
    found: dict[str, bytes] = {}
    for path, old in wanted:
        missing = base + b":" + old + b" missing\n"
        if answer[: len(missing)] == missing:
            answer = answer[len(missing) :]
            continue
        head, _, _ = bytes(answer[:_HEAD]).partition(b"\n")
        _, _, size_told = head.rpartition(b" ")
        if not size_told.isdigit():
            raise SinceError(f"git cannot tell what `{path}` was", "See that `git fsck` finds nothing.")
        start, size = len(head) + 1, int(size_told)
        if b" blob " in head:
            found[path] = bytes(answer[start : start + size])
        answer = answer[start + size + 1 :]
    return found


def changed_since_base(root: str) -> Changes | None:
    """What changed since HEAD left the base branch: the default branch of `origin`, else `main` or `master`.

    On that branch itself it is what is not committed. None where that can't be told: without git, outside a
    checkout, or without such a branch.
    """
    try:
        git = _Git(root)
        git.prefix()
        base = git.base()
        return None if base is None else changed_lines(root, base)
    except SinceError:
        return None


_DEFAULT = "refs/remotes/origin/HEAD"
_BASES = (
    _DEFAULT,
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)


class _Git:
    """Runs git in one folder."""

    def __init__(self, root: str) -> None:
        self.root = root
        # Variables such as GIT_DIR or GIT_EXTERNAL_DIFF, set by a hook or by others, would redirect it.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        self.environment |= {
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }

    def prefix(self) -> bytes:
        """The path of the root from the top of its checkout: empty, or with a `/` at its end."""
        result = self._run("rev-parse", "--is-inside-work-tree", "--show-prefix")
        if b"dubious ownership" in result.stderr:
            raise SinceError(
                "git does not trust this checkout: it belongs to another user",
                "Run `git config --global --add safe.directory` with its folder.",
            )
        inside, _, prefix = result.stdout.partition(b"\n")
        if result.returncode or inside != b"true":
            raise SinceError("this is not a git checkout", "Run in a checkout, or without `--since`.")
        return prefix.removesuffix(b"\n")

    def merge_base(self, ref: str) -> str:
        """The commit where HEAD and `ref` parted."""
        result = self._run("merge-base", "HEAD", ref)
        if result.returncode == 0:
            return result.stdout.split()[0].decode("ascii")
        if self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
            raise SinceError("the checkout has no commit yet", "Commit first, or run without `--since`.")
        shallow = self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        if result.returncode == 1:
            help = _SHALLOW if shallow else "Name a commit of the same history."
            raise SinceError(f"HEAD and `{ref}` have no common commit", help)
        help = (
            _SHALLOW if shallow else f"Check the name, or fetch it first: `git rev-parse {ref}` must succeed."
        )
        raise SinceError(f"git knows no commit `{ref}`", help)

    def base(self) -> str | None:
        """The base branch; HEAD when that is what is checked out."""
        listed = self.read("for-each-ref", "--format=%(refname) %(symref)", *_BASES).decode(
            "utf-8", "replace"
        )
        known = dict(line.split(" ", 1) for line in listed.splitlines())
        if not known:
            return None
        default = known.get(_DEFAULT, "").removeprefix("refs/remotes/origin/")
        branch = self._run("symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode("utf-8", "replace")
        if branch.strip() in ({default} if default else {"main", "master"}):
            return "HEAD"
        return next(name for name in _BASES if name in known)

    def read(self, *arguments: str, input: bytes = b"") -> bytes:
        """What git prints when it reads `input`. Raises `SinceError` when it fails."""
        result = self._run(*arguments, input=input)
        if result.returncode:
            said = result.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise SinceError(
                f"`git {arguments[0]}` failed: {said}",
                "In a partial clone, fetch all objects first; else see that `git status` works here.",
            )
        return result.stdout

    def _run(self, *arguments: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        import subprocess

        if not os.path.isdir(self.root):
            raise SinceError(f"there is no folder `{self.root}`", "Name a folder of a git checkout.")
        try:
            return subprocess.run(
                [*_SAFE, *arguments],
                cwd=self.root,
                env=self.environment,
                input=input,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise SinceError(
                f"cannot run git: {error.strerror}", "Install git and put it on the PATH."
            ) from None


def _parse(diff: bytes) -> tuple[dict[bytes, Ranges], dict[bytes, bytes], bool]:
    """Of a diff without context: each file's changed lines, its old name, and whether any file is binary."""
    changed: dict[bytes, Ranges] = {}
    origins: dict[bytes, bytes] = {}
    has_binary = False
    ranges: Ranges = []
    old = b""
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"--- "):
            old = _name(line[4:], b"a/")
        elif line.startswith(b"+++ "):
            name = _name(line[4:], b"b/")
            ranges = changed.setdefault(name, [])
            if old and name:
                origins[name] = old
        elif line.startswith(b"Binary files "):
            has_binary = True
        elif hunk := _HUNK.match(line):
            removed, start, added = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            ranges.append((start, start + added - 1) if added else (max(start, 1), start + 1))
            _skip(lines, removed + added)
    return {path: ranges for path, ranges in changed.items() if path}, origins, has_binary


def _skip(lines: Iterator[bytes], count: int) -> None:
    """Pass over the body of a hunk: an added line may look like a header."""
    while count:
        line = next(lines, None)
        if line is None:
            return
        if not line.startswith(b"\\"):
            count -= 1


def _name(header: bytes, prefix: bytes) -> bytes:
    """The path in a `---` or `+++` line, which git quotes as C would; empty for a file that is not there."""
    if header.startswith(b'"'):
        header = _QUOTED.sub(_unescape, header.rstrip(b"\t")[1:-1])
    elif header == b"/dev/null":
        return b""
    return header.removesuffix(b"\t").removeprefix(prefix)


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _ESCAPES.get(code, code)


def _binary(numstat: bytes) -> list[bytes]:
    """The binary files in the NUL-separated output of `git diff --numstat`."""
    paths = []
    fields = iter(numstat.split(b"\0"))
    for field in fields:
        added, _, rest = field.partition(b"\t")
        path = rest.partition(b"\t")[2]
        if field and not path:
            next(fields, None)
            path = next(fields, b"")
        if added == b"-":
            paths.append(path)
    return paths


def _below(prefix: bytes, path: bytes) -> str:
    return os.fsdecode(path[len(prefix) :])
