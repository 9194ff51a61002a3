"""What a file's path says about its use."""

from __future__ import annotations

from functools import cache

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "e2e", "__tests__", "loadtest", "loadtests"})
_BY_HAND_FOLDERS = frozenset(
    {"alembic", "bin", "dev", "docker", "management", "migrations", "script", "scripts", "tools", "utils"}
)
_ANYWHERE = _BY_HAND_FOLDERS - {"utils", "tools", "dev"}


@cache
def is_test(path: str) -> bool:
    """Whether a file holds tests or their helpers."""
    *folders, name = path.split("/")
    return (
        name.startswith("test_")
        or name.endswith(("_test.go", "_test.py", "Test.java", "Tests.java"))
        or ".spec." in name
        or ".test." in name
        or name in ("conftest.py", "tests.py", "locustfile.py")
        or (name == "test.py" and "settings" in folders)
        or not _TEST_FOLDERS.isdisjoint(folders)
    )


@cache
def is_run_by_hand(path: str) -> bool:
    """Whether a file holds what people or a pipeline run: scripts, migrations, management commands.

    `utils` and `tools` count at the top of the project only; inside a package they are part of it.
    """
    *folders, name = path.split("/")
    if name == "manage.py" or any(folder.startswith(".") for folder in folders):
        return True
    return not _ANYWHERE.isdisjoint(folders) or (bool(folders) and folders[0] in _BY_HAND_FOLDERS)
