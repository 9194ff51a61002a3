"""Two pieces of work at the same time."""

from __future__ import annotations

import os

import pytest

from linter.beside import Shared, beside, can_fork

needs_fork = pytest.mark.skipif(not can_fork(), reason="nothing is done beside anything here")


@needs_fork
@pytest.mark.parametrize("count", [0, 1, 2, 250])
def test_each_item_is_taken_once(count: int) -> None:
    shared = Shared(list(range(count)))
    near, sent = beside(
        lambda: list(shared.from_the_front()), lambda: ",".join(map(str, shared.from_the_back())).encode()
    )
    shared.close()
    far = [int(each) for each in (sent or b"").decode().split(",") if each]
    assert sorted(near + far) == list(range(count))
    assert near == sorted(near)
    assert far == sorted(far, reverse=True)


def test_who_is_alone_takes_all() -> None:
    shared = Shared(["a", "b", "c"])
    assert list(shared.from_the_back()) == ["c", "b", "a"]
    assert list(shared.from_the_front()) == []
    shared.close()


@needs_fork
def test_what_a_dead_process_has_taken_is_not_lost_to_the_eye() -> None:
    shared = Shared([1, 2, 3])

    def dies() -> bytes:
        next(shared.from_the_back())
        os._exit(7)

    near, sent = beside(lambda: list(shared.from_the_front()), dies)
    shared.close()
    assert sent is None
    assert set(near) <= {1, 2, 3}
