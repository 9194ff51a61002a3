"""The settings of a run, resolved: every key has its value and knows where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from linter.config.options import Options

if TYPE_CHECKING:
    from linter.config.layers import Layer


class RulePack(msgspec.Struct, frozen=True):
    """A folder with a team's own rules.

    `path` is absolute and free of links. Only a `trusted` pack may run: one given on the command line or
    in the environment, stated by the user's own file, or stated by the project and allowed by one of
    these. `origin` says where it was stated.
    """

    path: str
    trusted: bool
    origin: str


class Mention(msgspec.Struct, frozen=True):
    """A place where a configuration names a rule, a practice or a glob of them."""

    key: str
    name: str
    path: str
    line: int | None


class Settings(Options, frozen=True, kw_only=True):
    """Settings in force for the project at `root`, or for its subfolder `folder`.

    Paths (`baseline`, `cache_dir`, `rule_packs`, `allow_packs`) are absolute; `source_roots` are
    relative to the root with `/` separators, empty for the root itself. `origins` gives for each key
    (and for each entry of a table, as `severity.practice/rule`) where its value came from: "default",
    "pyproject.toml:14", "BACKLINT_PROFILE" or "--profile". `sources` are the configuration files that were
    read, the strongest first. `unused` describes keys of a subfolder's file that have no effect there.
    """

    root: str = ""
    folder: str = ""
    packs: tuple[RulePack, ...] = ()
    origins: dict[str, str] = {}
    sources: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    unused: tuple[str, ...] = ()
    nested: tuple[Settings, ...] = ()
    given: tuple[Layer, ...] = ()

    def for_path(self, path: str) -> Settings:
        """The settings for findings in the file at `path`, relative to the root.

        They differ from these only in which rules run there and how severe those are.
        """
        # The nested ones are sorted with the deepest first.
        for settings in self.nested:
            if path.startswith(f"{settings.folder}/"):
                return settings
        return self
