"""The rules and practices that there are in a project, loaded when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from linter.cli.errors import Stop
from linter.cli.options import settings_at, warn

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from linter.checklist import Practice
    from linter.config import Settings
    from linter.outcome import RuleInfo
    from linter.packs import RuleFile


class Rulebook:
    """Rules by id: the built-in ones, those of trusted packs, and those about suppressions."""

    def __init__(self, settings: Settings) -> None:
        from linter.packs import all_rule_files, builtin_folder

        self.settings = settings
        packs = (pack.path for pack in settings.packs if pack.trusted)
        self._files = {file.id: file for file in all_rule_files([builtin_folder(), *packs])}

    def ids(self) -> list[str]:
        """All rules, sorted."""
        from linter.suppress import RULES

        return sorted([*self._files, *RULES])

    def infos(self, ids: Iterable[str]) -> list[RuleInfo]:
        """What rules declare about themselves. Only these are loaded."""
        from linter.packs import info, load
        from linter.suppress import RULES

        wanted = list(ids)
        loaded = load(self._files[rule] for rule in wanted if rule in self._files)
        known = {rule.id: info(rule) for rule in loaded}
        return [known.get(rule) or RULES.get(rule) or self._of_semgrep()[rule] for rule in wanted]

    def knows(self, rule: str) -> bool:
        """Whether there is a rule of this id, among those of semgrep too, which `ids` leaves out."""
        return rule in self.ids() or ("/semgrep-" in rule and rule in self._of_semgrep())

    def _of_semgrep(self) -> dict[str, RuleInfo]:
        from linter.engines.semgrep.rules import known_rules

        return known_rules(self.settings.semgrep_rules, self.settings.root)

    def file(self, rule: str) -> RuleFile | None:
        """Where a rule is written; None for rules about suppressions."""
        return self._files.get(rule)

    def practices(self) -> list[Practice]:
        """The checklist in its own order, then practices that only rules know."""
        from linter.checklist import Practice, practices

        rows = list(practices())
        known = {row.id for row in rows}
        others = sorted({rule.partition("/")[0] for rule in self.ids()} - known)
        rows.extend(Practice(name, name.replace("-", " ").capitalize(), "", "") for name in others)
        return rows

    def in_practice(self, practice: str) -> list[str]:
        """The rules of one practice, sorted."""
        return [rule for rule in self.ids() if rule.startswith(f"{practice}/")]

    def nothing_called(self, name: str, *, rules: bool = True) -> Stop:
        """The error for a name that no practice has, and with `rules` no rule either."""
        from linter.config.errors import nearest, shown

        practices = [row.id for row in self.practices()]
        names = [*practices, *self.ids()] if rules else practices
        last = name.rpartition("/")[2]
        same = [each for each in names if each.rpartition("/")[2] == last]
        hint = f"did you mean `{same[0]}`?" if same else nearest(name, names)
        what = "rule or practice" if rules else "practice"
        return Stop(f"there is no {what} {shown(name)}", help=hint or "`backlint rules` lists them all")


def open_rulebook(values: dict[str, Any], paths: Sequence[str] = (".",)) -> Rulebook:
    """The rulebook of the project that `paths` lie in, under the options given."""
    from linter.config import find_root

    settings = settings_at(values.get("root") or find_root(paths), values)
    warn(settings)
    return Rulebook(settings)


def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Built-in rules and practices for the shell: nothing of the project is read for that."""
    from click.shell_completion import CompletionItem

    from linter.packs import builtin_folder, rule_files

    ids = [rule.id for rule in rule_files(builtin_folder())]
    names = sorted({*ids, *(rule.partition("/")[0] for rule in ids)})
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def fixtures_folder(file: RuleFile) -> str:
    """Where the fixtures of a rule belong: beside the built-in rules, inside a pack of one's own."""
    from linter.packs import builtin_folder

    pack = os.path.dirname(os.path.dirname(file.path))
    base = os.path.dirname(pack) if pack == builtin_folder() else pack
    return os.path.join(base, "fixtures", *file.id.split("/"))
