"""How the property tests run: the same examples each time, and no example is judged by its time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "backlint",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("backlint")
