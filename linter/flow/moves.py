"""What the last run has followed, with its places as they are now."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from linter.flow.places import key_of, sink_at

if TYPE_CHECKING:
    from linter.flow.following import Found
    from linter.resolve.moves import Moves


def moved_key(moves: Moves, key: str) -> str | None:
    """The key by which a thing is traced now; None where it is not as it was."""
    place = sink_at(key)
    if place is None or place.path not in moves:
        return key
    span = moves.span(place.path, place.span)
    return None if span is None else key_of(place._replace(span=span))


def moved_flow(moves: Moves, found: Found) -> Found | None:
    """A flow with its places as they are now; None where one of them is not as it was."""
    if not moves:
        return found
    path, label, given = found.giver
    span, given_now = moves.span(found.path, found.span), moves.span(path, given)
    if span is None or given_now is None:
        return None
    notes = []
    for each in found.flow.path:
        location = moves.location(each.location)
        if location is None:
            return None
        notes.append(each if location is each.location else replace(each, location=location))
    flow = dataclasses.replace(found.flow, path=tuple(notes))
    return replace(found, span=span, giver=(path, label, given_now), flow=flow)
