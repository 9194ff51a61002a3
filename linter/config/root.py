"""Where a project begins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from linter.config.files import config_in

_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "manage.py", "requirements.txt")


def find_root(paths: Sequence[str]) -> str:
    """The root of the project that `paths` lie in: an absolute path, free of links.

    It is the nearest folder, from the common folder of the paths upwards, with a configuration of
    backlint; or else the nearest with a sign of a project; or else the common folder itself. The search
    for a configuration ends at the top of a git repository, so that what lies in a home folder does
    not take hold of the repositories below it. Relative paths start at the working directory.
    """
    common = os.path.commonpath([_folder_of(path) for path in paths or ["."]])
    marked = ""
    for folder in _upwards(common):
        if config_in(folder):
            return folder
        repository = os.path.lexists(os.path.join(folder, ".git"))
        if not marked and (repository or _is_marked(folder)):
            marked = folder
        if repository:
            break
    return marked or common


def _is_marked(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in _MARKERS)


def _folder_of(path: str) -> str:
    real = os.path.realpath(path)
    return real if os.path.isdir(real) else os.path.dirname(real)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent
