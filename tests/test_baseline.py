"""Accepted findings are counted, not collected."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.baseline import Baseline, BaselineError, Entry, create, dump, load, prune, split, update
from linter.finding import Confidence, Finding, Location, Severity
from linter.fingerprint import assign
from linter.outcome import StaleEntry


def findings(*places: tuple[str, str, str]) -> list[Finding]:
    """Findings from (rule, path, statement), one below the other."""
    found = [
        Finding(rule, f"{rule}: bad", Location(path, line, 1, line, 5), Severity.ERROR, Confidence.HIGH)
        for line, (rule, path, _) in enumerate(places, start=1)
    ]
    return assign(found, lambda finding: places[finding.location.line - 1][2])


A = ("sql/a", "app/a.py", "x = 1")
B = ("sql/b", "app/a.py", "x = 1")
C = ("sql/a", "app/c.py", "y = 2")


def test_what_was_accepted_is_hidden_and_the_rest_is_new() -> None:
    result = split(findings(A, B, C), create(findings(A, C)))
    assert [finding.rule for finding in result.new] == ["sql/b"]
    assert [hidden.by for hidden in result.hidden] == ["baseline", "baseline"]
    assert result.stale == []


def test_one_more_of_the_same_is_new() -> None:
    accepted = create(findings(A, A))
    result = split(findings(A, A, A), accepted)
    assert [finding.location.line for finding in result.new] == [3]
    assert len(result.hidden) == 2
    assert [entry.count for entry in accepted.entries] == [2]


def test_what_was_mended_is_stale() -> None:
    accepted = create(findings(A, A, C))
    result = split(findings(A), accepted)
    assert [(entry.path, entry.count) for entry in result.stale] == [("app/a.py", 1), ("app/c.py", 1)]
    assert prune(accepted, result.stale) == create(findings(A))


def test_only_what_was_checked_can_be_stale() -> None:
    accepted = create(findings(A, B, C))
    result = split([], accepted, lambda rule, path: rule == "sql/a" and path == "app/a.py")
    assert [(entry.rule, entry.path) for entry in result.stale] == [("sql/a", "app/a.py")]


def test_a_renamed_file_keeps_its_entries() -> None:
    moved = ("sql/a", "lib/renamed.py", "x = 1")
    accepted = create(findings(A))
    result = split(findings(moved), accepted)
    assert (result.new, result.stale) == ([], [])
    assert len(result.hidden) == 1
    assert update(accepted, findings(moved), accept_new=False) == (create(findings(moved)), [])


def test_a_copy_is_not_a_rename() -> None:
    copy = ("sql/a", "lib/copy.py", "x = 1")
    result = split(findings(A, copy), create(findings(A)))
    assert [finding.location.path for finding in result.new] == ["lib/copy.py"]
    # Nor when the original was not looked at in this run.
    unseen = split(findings(copy), create(findings(A)), lambda rule, path: path == "lib/copy.py")
    assert len(unseen.new) == 1


def test_a_rename_of_one_rule_does_not_excuse_another() -> None:
    assert len(split(findings(("sql/b", "lib/r.py", "x = 1")), create(findings(A))).new) == 1


def test_update_refuses_new_debt() -> None:
    accepted = create(findings(A, A))
    updated, refused = update(accepted, findings(A, B), accept_new=False)
    assert updated == create(findings(A))
    assert [finding.rule for finding in refused] == ["sql/b"]
    updated, refused = update(accepted, findings(A, B), accept_new=True)
    assert (updated, refused) == (create(findings(A, B)), [])


def test_update_keeps_what_was_not_checked() -> None:
    accepted = create(findings(A, B, C))
    updated, _ = update(accepted, [], accept_new=False, checked=lambda rule, path: path == "app/a.py")
    assert updated == create(findings(C))
    updated, _ = update(accepted, findings(A, B), accept_new=True, checked=lambda rule, path: rule == "sql/b")
    assert updated == accepted


def test_the_file_is_sorted_with_one_line_for_each_entry(tmp_path: Path) -> None:
    text = dump(create(findings(C, B, A, A)))
    assert text == dump(create(findings(A, C, A, B)))
    document = json.loads(text)
    assert (document["version"], document["tool"]) == (1, "backlint")
    assert [(entry["path"], entry["rule"], entry["count"]) for entry in document["entries"]] == [
        ("app/a.py", "sql/a", 2),
        ("app/a.py", "sql/b", 1),
        ("app/c.py", "sql/a", 1),
    ]
    assert set(document["entries"][0]) == {"path", "rule", "fingerprint", "count", "message"}
    assert len(text.splitlines()) == 6 + len(document["entries"])
    assert json.loads(dump(Baseline()))["entries"] == []


def test_a_file_can_be_read_back(tmp_path: Path) -> None:
    accepted = create(findings(A, ("sql/a", "caf\udce9\n\x1b[1m.py", "x"), ("sql/a", "ünï.py", "x")))
    path = tmp_path / "baseline.json"
    path.write_bytes(dump(accepted).encode("ascii"))
    assert load(str(path)) == accepted
    path.write_bytes(b"\xef\xbb\xbf" + dump(accepted).replace("\n", "\r\n").encode("ascii"))
    assert load(str(path)) == accepted


def test_entries_that_a_merge_doubled_are_added_up(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    entry = {"rule": "sql/a", "path": "a.py", "fingerprint": "0" * 32, "count": 2}
    path.write_text(json.dumps({"version": 1, "entries": [entry, {**entry, "count": 1, "later": "key"}]}))
    assert load(str(path)) == Baseline((Entry("a.py", "sql/a", "0" * 32, 3),))


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ('{\n "version": 1,\n "entries": [,]\n}', "not valid JSON: expecting value", 3),
        ('{"version": 1,\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}', "merge conflict", 2),
        ('{"version": 2, "entries": []}', "has version 2; this backlint reads version 1", 0),
        ('{"version": true, "entries": []}', 'does not say `"version": 1`', 0),
        ('{"version": "1", "entries": []}', 'does not say `"version": 1`', 0),
        ("[]", 'does not say `"version": 1`', 0),
        ("", "not valid JSON", 1),
        ("[" * 100_000, "not valid JSON", 0),
        ('{"version": 1}', "wrong entry: expected `array`, got `null`", 0),
        ('{"version": 1, "entries": [{"rule": "a/b"}]}', "wrong entry: object missing required field", 0),
        ('{"version": ' + "9" * 5000 + "}", "not valid JSON", 0),
        ("\udcff", "not UTF-8", 0),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(
    tmp_path: Path, content: str, message: str, line: int
) -> None:
    path = tmp_path / "baseline.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BaselineError, match=message) as caught:
        load(str(path))
    assert caught.value.line == line
    assert caught.value.path == str(path)
    assert caught.value.help


@pytest.mark.parametrize(
    "change", [{"count": 0}, {"count": -1}, {"count": "1"}, {"fingerprint": "xyz"}, {"path": 1}]
)
def test_a_wrong_entry_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    entry = {"rule": "sql/a", "path": "a.py", "fingerprint": "0" * 32, "count": 1}
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"version": 1, "entries": [entry | change]}))
    with pytest.raises(BaselineError, match="wrong entry"):
        load(str(path))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="does not exist") as caught:
        load(str(tmp_path / "none.json"))
    assert "backlint baseline create" in caught.value.help
    with pytest.raises(BaselineError, match="cannot read"):
        load(str(tmp_path))


_PLACES = st.lists(
    st.tuples(
        st.sampled_from(["p/a", "p/b"]), st.sampled_from(["a.py", "b.py"]), st.sampled_from(["x", "y"])
    ),
    max_size=12,
)


def _count(found: list[Finding]) -> Counter[tuple[str, str, str]]:
    return Counter((finding.location.path, finding.rule, finding.fingerprint) for finding in found)


@given(_PLACES, _PLACES)
def test_splitting_is_subtraction_of_multisets(
    now: list[tuple[str, str, str]], then: list[tuple[str, str, str]]
) -> None:
    accepted = create(findings(*then))
    result = split(findings(*now), accepted)
    hidden = [item.finding for item in result.hidden]
    assert _count(result.new) + _count(hidden) == _count(findings(*now))
    assert len(hidden) + sum(entry.count for entry in result.stale) == len(then)
    # Never hidden: more than was accepted. Always hidden: what was accepted in that very place.
    for path in ("a.py", "b.py"):
        here = _count([item for item in findings(*now) if item.location.path == path])
        known = _count([item for item in findings(*then) if item.location.path == path])
        assert not (here & known) - _count(hidden)


@given(_PLACES, _PLACES)
def test_updating_settles_everything(
    now: list[tuple[str, str, str]], then: list[tuple[str, str, str]]
) -> None:
    accepted = create(findings(*then))
    updated, refused = update(accepted, findings(*now), accept_new=True)
    assert (updated, refused) == (create(findings(*now)), [])
    shrunk, refused = update(accepted, findings(*now), accept_new=False)
    again = split(findings(*now), shrunk)
    assert (again.new, again.stale) == (refused, [])
    assert sum(entry.count for entry in shrunk.entries) <= len(then)


def test_pruning_more_than_there_is_does_no_harm() -> None:
    accepted = create(findings(A))
    entry = accepted.entries[0]
    assert prune(accepted, [StaleEntry(entry.path, entry.rule, entry.fingerprint, 9)]) == Baseline()
    assert prune(accepted, [StaleEntry("gone.py", "p/x", "0" * 32, 1)]) == accepted
