"""The flow engine against its twins: how much it finds, and how much it reports that is not there."""

import pytest

from .cases import cases
from .kinds import KINDS
from .scoring import scores, table_of

CASES = list(cases())


def test_the_suite_is_large_and_its_files_differ():
    assert len(CASES) > 1200
    assert len({each.path for each in CASES}) == len(CASES)


@pytest.mark.parametrize("kind", [each.name for each in KINDS])
def test_twins(kind, capsys):
    scored = scores(each for each in CASES if each.kind == kind)
    with capsys.disabled():
        print("\n" + table_of(scored))
    assert scored[kind].found_rate >= 0.98, table_of(scored)
    assert scored[kind].false_rate <= 0.02, table_of(scored)
