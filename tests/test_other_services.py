"""How sure rules are of what the protocol of somebody else's service asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.config import load_settings
from linter.finding import Confidence
from linter.pipeline import Run
from linter.sources import discover

_ACCOUNT = """
import hashlib

class Account:
    API_URL = "{address}"

    def sign_in(self, user, password, data):
        data["digest"] = hashlib.sha256(password.encode()).hexdigest()
        return self.ask("login", user=user, digest=data["digest"])
"""
_CALLED = """
import hashlib
import requests

def token_of(password):
    return hashlib.sha1(password.encode()).hexdigest()

def status(host, password):
    {use}
"""
_NONCE = """
import random
import requests

def ask(key, endpoint, fields):
    fields.update({name}=int(random.random() * 10000), Key=key)
    return {use}
"""


def _confidence(root: Path, rule: str, text: str) -> list[Confidence]:
    (root / "main.py").write_text(text, encoding="utf-8")
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == rule]
    return [each.confidence for each in run.check_afresh().findings]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://films.example/api", Confidence.LOW),
        ("http://localhost:8000", Confidence.HIGH),
        ("https://", Confidence.HIGH),
        ("films", Confidence.HIGH),
    ],
)
def test_a_class_that_names_another_host_hashes_for_it(
    tmp_path: Path, address: str, expected: Confidence
) -> None:
    text = _ACCOUNT.replace("{address}", address)
    assert _confidence(tmp_path, "data-protection/weak-password-hash", text) == [expected]


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ('return requests.get(f"http://{host}", params={"auth": token_of(password)}).json()', Confidence.LOW),
        ("return host.password == token_of(password)", Confidence.HIGH),
    ],
)
def test_a_digest_is_made_for_whoever_its_caller_asks(tmp_path: Path, use: str, expected: Confidence) -> None:
    text = _CALLED.replace("{use}", use)
    assert _confidence(tmp_path, "data-protection/weak-password-hash", text) == [expected]


@pytest.mark.parametrize(
    ("name", "use", "expected"),
    [
        ("Nonce", 'requests.post(f"https://{endpoint}", data=fields).json()', Confidence.LOW),
        ("Nonce", "fields", Confidence.HIGH),
        ("token", 'requests.post(f"https://{endpoint}", data=fields).json()', Confidence.HIGH),
    ],
)
def test_the_nonce_of_a_request_need_not_be_a_secret(
    tmp_path: Path, name: str, use: str, expected: Confidence
) -> None:
    text = _NONCE.replace("{name}", name).replace("{use}", use)
    assert _confidence(tmp_path, "authentication/predictable-token", text) == [expected]
