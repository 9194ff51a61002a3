"""Which module each file is: source roots are found from packages and imports, not configured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from linter.facts.files import FileFacts


class Layout:
    """Where modules live: names for paths, and paths for names as seen from another module.

    A root is a folder (relative path, empty for the project root) that imports start from.
    """

    def __init__(self, files: Mapping[str, FileFacts], configured: Iterable[str] = ()) -> None:
        self._python = sorted(path for path, facts in files.items() if facts.language == "python")
        self._paths = set(self._python)
        self._folders = {folder for path in self._python for folder in _ancestors(path)}
        self._regular = {_folder(path) for path in self._python if path.endswith("__init__.py")}
        votes = self._votes(files)
        for root in configured:
            votes[root.strip("/").removeprefix("./")] = 1 << 30
        self.roots: dict[str, str] = {path: self._root_of(path, votes) for path in self._python}
        self.names: dict[str, str] = {path: _dotted(path, self.roots[path]) for path in self._python}
        self._by_name: dict[str, list[str]] = {}
        for path in self._python:
            self._by_name.setdefault(self.names[path], []).append(path)
        self._tops = {name.partition(".")[0] for name in self._by_name}

    def is_package(self, path: str) -> bool:
        """Whether the module at `path` is a package's `__init__`."""
        return path.endswith("__init__.py")

    def find(self, name: str, near: str) -> str | None:
        """The file that `import name` means in the file `near`: same root first, then the closest."""
        candidates = self._by_name.get(name)
        if not candidates:
            return None
        if len(candidates) == 1:
            return candidates[0]
        return max(candidates, key=lambda path: (_shared(path, near), -path.count("/"), path))

    def has_package(self, name: str) -> bool:
        """Whether any module of the project is, or lies in, the top-level package of that name."""
        return name in self._tops

    def is_ambiguous(self, name: str) -> bool:
        """Whether several files have this import name, as in a repository of several services."""
        return len(self._by_name.get(name, ())) > 1

    def _votes(self, files: Mapping[str, FileFacts]) -> Counter[str]:
        """For every folder, how many imports resolve when they start from it."""
        votes: Counter[str] = Counter()
        nearest: dict[tuple[str, str], str | None] = {}
        for path in self._python:
            folder = _folder(path)
            for module in files[path].imports:
                key = (folder, module)
                if key not in nearest:
                    nearest[key] = self._start_of(module, folder)
                start = nearest[key]
                if start is not None:
                    votes[start] += 1
        return votes

    def _start_of(self, module: str, folder: str) -> str | None:
        """The closest folder, going up from `folder`, from which `module` can be imported."""
        parts = module.split(".")
        for start in _upwards(folder):
            # Python puts the script's own folder and the roots on the path, never a package's inside.
            if start in self._regular and start != folder:
                continue
            if self._holds(start, parts):
                return start
            source = f"{start}/src" if start else "src"
            if source in self._folders and self._holds(source, parts):
                return source
        return None

    def _holds(self, start: str, parts: list[str]) -> bool:
        prefix = f"{start}/" if start else ""
        first = prefix + parts[0]
        if f"{first}.py" in self._paths:
            return True
        if first not in self._folders:
            return False
        if len(parts) == 1 or first in self._regular:
            return True
        second = f"{first}/{parts[1]}"
        return second in self._folders or f"{second}.py" in self._paths

    def _root_of(self, path: str, votes: Counter[str]) -> str:
        top = _folder(path)
        while top and top in self._regular:
            top = _folder(top)
        # `top` holds the outermost package; a namespace package may reach further up.
        candidates = list(_upwards(top))
        best = max(candidates, key=lambda folder: (votes[folder], folder == top, len(folder)))
        return best if votes[best] else top


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = _folder(folder)
    yield ""


def _ancestors(path: str) -> Iterator[str]:
    return _upwards(_folder(path))


def _shared(path: str, near: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for left, right in zip(path.split("/"), near.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _dotted(path: str, root: str) -> str:
    relative = path[len(root) + 1 :] if root else path
    relative = relative.rpartition(".")[0]
    if relative.endswith("/__init__"):
        relative = relative[: -len("/__init__")]
    return relative.replace("/", ".")
