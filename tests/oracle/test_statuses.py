"""The statuses that the map lists, against those that strangers get from the running application."""

from __future__ import annotations

import pytest

from oracle import HARNESSES, missing, truth
from oracle.test_inputs import mapped

UNSEEN = {
    # The guard is an object of a class of the project.
    "clubs": {("PUT", "/api/courts/{name}/light"): 401},
    # An exception of the project, which a registered handler gives its status.
    "lending": {("POST", "/api/v1/members/remarks/{kind}"): 403},
    # `super()` in a mixin leads to another base of the handler.
    "observatory": {("GET", "/api/v1/stars/{star_id}/magnitude"): 401},
}
"""Statuses that are known to go unseen."""


@pytest.mark.parametrize("app", sorted(HARNESSES))
def test_what_strangers_get(app: str) -> None:
    """Each is listed: what handlers and the functions behind them answer, and what refuses them."""
    lacking = missing(app)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    ours = mapped(app)
    unlisted = {
        (call["method"], route["path"]): call["status"]
        for route in truth(app)["routes"]
        for call in route["calls"]
        if not route["framework_own"]
        and (call["method"], route["path"]) in ours
        and call["method"] != "WEBSOCKET"
        and call["status"] not in {each["status"] for each in ours[call["method"], route["path"]]["outputs"]}
    }
    assert unlisted == UNSEEN.get(app, {})


def test_guards_that_nobody_set_up_are_not_listed() -> None:
    """A list of everything would say nothing: open pages are not refused, and readers need no token."""
    for app, path in (("clinic", "/about/"), ("museum", "/en/works/rooms/"), ("desk", "/robots.txt")):
        if missing(app) is None:
            statuses = {each["status"] for each in mapped(app)["GET", path]["outputs"]}
            assert statuses.isdisjoint({401, 403, 302}), (app, path, statuses)
