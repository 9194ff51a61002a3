"""How long the steps of a run take."""

from __future__ import annotations

from time import perf_counter


class Timings:
    """Seconds by phase, in the order in which phases were first met."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, phase: str) -> None:
        """Count the time since the last lap towards `phase`."""
        now = perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now

    def skip(self) -> None:
        """Count the time since the last lap towards nothing: it is counted elsewhere."""
        self._last = perf_counter()
