"""The statuses that the map lists, against those that strangers get from the running application."""

from __future__ import annotations

import pytest

from oracle import missing, truth
from oracle.test_inputs import mapped


@pytest.mark.parametrize("app", ["depot", "desk", "shop"])
def test_what_strangers_get(app: str) -> None:
    """Each is listed: what handlers and the functions behind them answer, and what guards refuse with."""
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
    assert not unlisted
