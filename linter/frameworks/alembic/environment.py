"""What `env.py` says about transactions: one for each revision, one for all that run together, or none."""

from __future__ import annotations

from linter.backend import Backend, Verdict
from linter.facts.expressions import Constant
from linter.facts.scopes import Call


class Environments:
    """The `context.configure` calls of a project, by the folder that their revisions lie under."""

    def __init__(self, backend: Backend) -> None:
        self._calls: dict[str, list[Call]] = {}
        for site in backend.calls("alembic.context.configure"):
            if site.call is not None:
                folder = site.function.module.path.rpartition("/")[0]
                self._calls.setdefault(folder, []).append(site.call)

    def shares_transaction(self, path: str) -> Verdict:
        """Whether a revision runs in the transaction of those that the same command runs.

        That is what Alembic does unless `transaction_per_migration` says otherwise. Unknown without an
        `env.py` that can be read.
        """
        configured = self._of(path)
        if not configured:
            return Verdict.UNKNOWN
        found = {_flag(call, "transaction_per_migration", default=False) for call in configured}
        if None in found:
            return Verdict.UNKNOWN
        return Verdict.NO if True in found else Verdict.YES

    def has_no_transaction(self, path: str) -> bool:
        """Whether `transactional_ddl=False` leaves each statement of a revision to itself."""
        return {_flag(call, "transactional_ddl", default=True) for call in self._of(path)} == {False}

    def _of(self, path: str) -> list[Call]:
        """The calls in the nearest folder above a revision that has some."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._calls:
                return self._calls[folder]
        return []


def _flag(call: Call, name: str, *, default: bool) -> bool | None:
    """The value of a keyword; None where it is worked out at run time, or may hide in `**arguments`."""
    for keyword, value in call.keywords:
        if keyword == name:
            return value.value if isinstance(value, Constant) and isinstance(value.value, bool) else None
    return None if any(keyword == "**" for keyword, _ in call.keywords) else default
