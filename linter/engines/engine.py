"""What an engine for trees is: an observer of parsed files, and what its words mean in the checklist."""

from __future__ import annotations

from typing import Protocol

from linter.engines.remark import Remark
from linter.extract.files import Observer


class TreeEngine(Observer, Protocol):
    """An engine whose observations are encoded `Remarks`."""

    @property
    def release(self) -> str:
        """The version of the tool."""

    def rules(self) -> list[str]:
        """The ids under which it is known to report."""

    def judges(self) -> dict[str, tuple[str, str]]:
        """Rules that judge each file, with title and documentation: what they find nothing in complies."""

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported."""

    def is_asked_for(self, remark: Remark) -> bool:
        """Whether the test behind a remark is reported only when it is selected by its full name."""

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation (Markdown) of the test behind a remark."""
