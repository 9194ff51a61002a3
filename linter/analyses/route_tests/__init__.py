"""Which tests call which route: through a test client by method and URL, or the handler itself."""

from linter.analyses.route_tests.calls import RouteTest, calling_tests

__all__ = ["RouteTest", "calling_tests"]
