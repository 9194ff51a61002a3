"""Configuration: what may be set, where it is looked for, and which value wins."""

from linter.config.errors import ConfigError
from linter.config.load import check_rules, load_settings, with_nested
from linter.config.root import find_root
from linter.config.settings import RulePack, Settings

__all__ = [
    "ConfigError",
    "RulePack",
    "Settings",
    "check_rules",
    "find_root",
    "load_settings",
    "with_nested",
]
