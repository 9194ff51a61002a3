"""What reads the environment: functions, objects, and classes whose fields it fills."""

from __future__ import annotations

from linter.evaluate.environment import READERS as READERS

READING_OBJECTS = frozenset(
    {
        "decouple.Config",
        "decouple.AutoConfig",
        "environ.Env",
        "environ.FileAwareEnv",
        "environs.Env",
        "environs.FileAwareEnv",
        "starlette.config.Config",
    }
)
"""Classes whose objects read the environment when they are called."""

SETTINGS_CLASSES = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
