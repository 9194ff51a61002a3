"""Applications written by hand under `fixtures/flow`: each sink says on its line what reaches it.

`# expect:` names the rules that find something there, `# fine:` those that look at it and must not. A rule
that is no flow rule is held to an application when some line of it names the rule.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linter.config import load_settings
from linter.packs import builtin_folder, rule_files
from linter.packs import load as load_rules
from linter.pipeline import Run
from linter.rule import FlowRule
from linter.sources import discover

APPS = sorted((Path(__file__).parents[2] / "fixtures" / "flow").iterdir())
_EXPECT = re.compile(r"# expect: ([a-z0-9/, -]+)")
_NAMED = re.compile(r"# (?:expect|fine): ([a-z0-9/, -]+)")
FLOW_RULES = {
    rule.id for rule in load_rules(list(rule_files(builtin_folder()))) if isinstance(rule, FlowRule)
}


def expected(app: Path) -> set[tuple[str, int, str]]:
    """The findings that the files announce: path, line and rule."""
    found = set()
    for path in sorted(app.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = _EXPECT.search(line)
            for rule in match.group(1).split(",") if match else ():
                found.add((path.relative_to(app).as_posix(), number, rule.strip()))
    return found


def named(app: Path) -> set[str]:
    """The rules that the files speak of."""
    texts = [path.read_text(encoding="utf-8") for path in app.rglob("*.py")]
    return {rule.strip() for text in texts for found in _NAMED.findall(text) for rule in found.split(",")}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_what_flows_is_found_and_nothing_else(app: Path) -> None:
    settings = load_settings(str(app), environ={}, isolated=True)
    checked = Run(settings, discover(str(app), settings), use_cache=False, jobs=1).check_afresh()
    assert not checked.failures
    held = FLOW_RULES | named(app)
    found = {
        (each.location.path, each.location.line, each.rule) for each in checked.findings if each.rule in held
    }
    assert found == expected(app)
