"""How sure the rule about secrets in logs is where only a name speaks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.config import load_settings
from linter.finding import Confidence
from linter.pipeline import Run
from linter.sources import discover

_UNSEEN = """
import logging
from camera_kit import open_camera

logger = logging.getLogger(__name__)

def list_profiles(address):
    for profile in open_camera(address):
        name = getattr(profile, "token", None) or profile["token"]
        logger.info("profile {written}", {value})
"""
_OWN = (
    """
class Member:
    token = ""
"""
    + _UNSEEN
)
_SESSION_KEY = """
import logging
{more}
logger = logging.getLogger(__name__)

def attach(session_key):
    logger.info("no machine for %s", session_key)
"""


def _confidence(root: Path, text: str) -> list[Confidence]:
    (root / "main.py").write_text(text, encoding="utf-8")
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == "secure-logging/secret-in-log"]
    return [each.confidence for each in run.check_afresh().findings]


@pytest.mark.parametrize("value", ["profile.token", "name"])
def test_what_is_read_off_an_unknown_object_is_not_sure_to_be_a_secret(tmp_path: Path, value: str) -> None:
    expected = [] if value == "name" else [Confidence.LOW]
    assert _confidence(tmp_path, _UNSEEN.format(written="%s", value=value)) == expected
    assert _confidence(tmp_path, _UNSEEN.replace("name", "token").format(written="%s", value="token")) == [
        Confidence.LOW
    ]


def test_what_a_class_of_the_module_has_as_well_is_likely_to_be_one(tmp_path: Path) -> None:
    assert _confidence(tmp_path, _OWN.format(written="%s", value="profile.token")) == [Confidence.MEDIUM]


@pytest.mark.parametrize(
    ("more", "expected"), [("", Confidence.LOW), ("from django.conf import settings", Confidence.HIGH)]
)
def test_the_key_of_a_session_is_a_secret_where_django_makes_it_a_cookie(
    tmp_path: Path, more: str, expected: Confidence
) -> None:
    assert _confidence(tmp_path, _SESSION_KEY.format(more=more)) == [expected]
