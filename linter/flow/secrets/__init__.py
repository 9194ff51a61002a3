"""The program's own secrets: where it reads them, and who gets to see them."""

from __future__ import annotations

from linter.flow.secrets.run import SecretEngine

__all__ = ["SecretEngine"]
