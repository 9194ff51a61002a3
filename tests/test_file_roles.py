"""What a path says about the use of a file."""

from __future__ import annotations

import pytest

from linter.file_roles import is_test


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("locustfile.py", True),
        ("load/locustfile.py", True),
        ("site/settings/test.py", True),
        ("shop/test.py", False),
        ("shop/views.py", False),
        ("shop/tests/factories.py", True),
    ],
)
def test_what_is_no_part_of_the_backend(path: str, expected: bool) -> None:
    assert is_test(path) is expected
