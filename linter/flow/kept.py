"""What following values has found is kept for the next run, with what was looked at to find it.

After a change, a start is followed again when the change bears upon something that was looked at for it:
a module that has changed, or a module some of whose functions now take part in other things, or one of the
few answers that are found in all modules together. All else is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from linter.flow.carriers import may_leave
from linter.flow.engine import Engine
from linter.flow.following import Carried, Following, Found, Outcome, Parts
from linter.flow.moves import moved_flow, moved_key
from linter.flow.numbering import Numbering
from linter.flow.places import CALLERS, name_of
from linter.flow.registries import registrations
from linter.flow.scans import Answers
from linter.flow.secrets.reads import named_in
from linter.resolve.memory import layout_of
from linter.resolve.moves import Moves
from linter.resolve.trace import body_key

if TYPE_CHECKING:
    from linter.resolve.changes import Change
    from linter.resolve.memory import Memory
    from linter.resolve.project import Project

NAME = "flows"
"""The name under which a run is kept."""
_METHODS = "methods "
_WORK = 0.5
"""The part of the work allowed for a run that may be spent when it is kept: no start is cut short then."""
_GROWTH, _ROOM = 2, 20_000
"""How many times as many keys as a whole run needs, and how many more, may gather until one is due again."""


_NONE: Parts = ([], [], [])


class _Kept(msgspec.Struct, array_like=True):
    """What is kept. `seen` of outcomes and `carrying` are bits over `keys`.

    `parts` tells by module which of its functions take part in what; `answers` are those found in all
    modules together, by the key of the question; `always` is what declarations anywhere may be made of.
    `whole` is how many keys the last whole run needed.
    """

    structure: bytes
    digests: dict[str, bytes]
    keys: list[str]
    whole: int
    spent: int
    always: bytes
    parts: dict[str, Parts]
    scans: Answers
    answers: dict[str, list[str]]
    carrying: bytes
    leaving: list[str]
    carried: list[str]
    outcomes: dict[str, tuple[bytes, tuple[Found, ...]]]


class Last:
    """The last run, as far as it still holds.

    `changed` is what no longer does, as bits of the trace. `moves` tells where the rest stands now, with
    `moved` as the bits of modules where that counts, and `numbering` which bits its own are now.
    """

    def __init__(self, kept: _Kept, changed: int, moves: Moves, moved: int, numbering: Numbering) -> None:
        self.spent = kept.spent
        self.whole = kept.whole
        self._outcomes = kept.outcomes
        self._changed = changed
        self._moves = moves
        self._moved = moved
        self._numbering = numbering

    def outcome(self, start: str) -> Outcome | None:
        """What was found from a start; None when that may have changed."""
        known = self._outcomes.get(start)
        if known is None:
            return None
        seen = self._numbering.bits(known[0])
        if seen & self._changed or (seen & self._moved and any(each.is_told_by_place for each in known[1])):
            return None
        found = [moved for each in known[1] if (moved := moved_flow(self._moves, each)) is not None]
        return Outcome(seen, tuple(found)) if len(found) == len(known[1]) else None


def stored(memory: Memory, following: Following, last: Last | None) -> bytes:
    """What to keep of a run. `last` is the run of which it has taken over a part."""
    trace = following.backend.project.trace
    keys = trace.keys
    carried = following.carried or following.carry()
    kept = _Kept(
        structure=_structure(following),
        digests=_digests(memory, following.backend.project),
        keys=keys,
        whole=_used(following) if last is None else last.whole,
        spent=following.engine.spent + (0 if last is None else last.spent),
        always=_packed(trace.always),
        parts=following.parts,
        scans=following.engine.scans.answers,
        answers={key: answer for key in keys if (answer := _answer(following.engine, key)) is not None},
        carrying=_packed(carried.seen),
        leaving=carried.leaving,
        carried=carried.left,
        outcomes={start: (_packed(each.seen), each.found) for start, each in following.outcomes.items()},
    )
    return msgspec.msgpack.encode(kept)


def judged(memory: Memory, following: Following) -> Last | None:
    """What still holds of the last run; None when nothing does, or nothing is known of it.

    `following` has nothing done yet: what was kept tells it the bits of all that was looked at.
    """
    payload = memory.read(NAME)
    if payload is None:
        return None
    try:
        kept = msgspec.msgpack.decode(payload, type=_Kept)
    except msgspec.DecodeError:
        return None
    project, engine = following.backend.project, following.engine
    if kept.structure != _structure(following) or len(kept.keys) > _GROWTH * kept.whole + _ROOM:
        return None
    if kept.spent > _WORK * engine.run_limit:
        return None
    same = {path for path in project.modules if memory.digests[path] == kept.digests[path]}
    news = {
        path: memory.change(module, kept.digests[path])
        for path, module in project.modules.items()
        if path not in same
    }
    moves = Moves({path: change.lines for path, change in news.items() if change.lines})
    keys = [moved_key(moves, key) or f"gone {number}" for number, key in enumerate(kept.keys)]
    numbering = Numbering(keys, project.trace)
    following.engine.scans.known = {
        question: {path: found for path, found in answers.items() if path in same}
        for question, answers in kept.scans.items()
    }
    changed = _changed(following, kept, news)
    if changed & numbering.bits(kept.always):
        changed |= engine.declarations
    carrying = numbering.bits(kept.carrying)
    leaving = [name_of(each) for each in may_leave(engine)]
    if leaving == kept.leaving and not carrying & changed:
        following.carried = Carried(carrying, leaving, kept.carried)
    elif following.carry().left != kept.carried:
        return None
    moved = sum(project.modules[path].bit for path in moves)
    return Last(kept, changed, moves, moved, numbering)


def _used(following: Following) -> int:
    seen = 0
    for each in following.outcomes.values():
        seen |= each.seen
    return seen.bit_count()


def _packed(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _digests(memory: Memory, project: Project) -> dict[str, bytes]:
    return {path: memory.digests[path] for path in project.modules}


def _structure(following: Following) -> bytes:
    """What all starts depend on: which modules there are, what is imported, configuration and templates."""
    project = following.backend.project
    state = layout_of(project)
    table = [(name, sorted(each)) for name, each in sorted(following.table.items())]
    state.update(repr(table).encode("utf-8", "surrogatepass"))
    state.update(msgspec.msgpack.encode(sorted(following.templates.items())))
    return state.digest()


def _answer(engine: Engine, key: str) -> list[str] | None:
    """The answer to a question about all modules together; None for the key of anything else."""
    if key.startswith(_METHODS):
        found = engine.candidates(key.removeprefix(_METHODS))
        return [name_of(each) for pair in found for each in pair]
    if key.startswith(CALLERS):
        callers = engine.calls_by_name.callers.get(key.removeprefix(CALLERS), set())
        return [name_of(each) for each in engine.backend.functions if id(each) in callers]
    registered = registrations(engine, key)
    return named_in(engine, key) if registered is None else registered


def _changed(following: Following, kept: _Kept, news: Mapping[str, Change]) -> int:
    """The bits of all that may not be as it was, by what is new in modules."""
    project, trace = following.backend.project, following.backend.project.trace
    parts = following.parts
    changed = 0
    for change in news.values():
        for key in change.keys:
            changed |= trace.bit(key)
    for path in project.modules:
        if parts.get(path) != kept.parts.get(path):
            for label in _moved(parts.get(path), kept.parts.get(path)):
                changed |= trace.bit(body_key(path, label))
    for key, answer in kept.answers.items():
        if _answer(following.engine, key) != answer:
            changed |= trace.bit(key)
    return changed


def _moved(now: Parts | None, before: Parts | None) -> set[str]:
    """The functions that take part in something now and did not, or the other way round."""
    found: set[str] = set()
    for one, other in zip(now or _NONE, before or _NONE, strict=True):
        found.update(set(one) ^ set(other))
    return found
