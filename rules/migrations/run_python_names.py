from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Function
from linter.rule import Confidence, Outcome, Rule, Severity

_USUAL = ("apps", "schema_editor")


class RunPythonNames(Rule[Change]):
    """A function for RunPython names its parameters in a way of its own.

    ## Why
    Every description of Django calls them `apps` and `schema_editor`, and whoever reads the migration
    looks for these.

    ## Bad
        def fill(registry, editor): ...

    ## Good
        def fill(apps, schema_editor): ...

    ## Limits
    Runs only when it is selected by its full name. A leading underscore for one that is not used passes.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/migration-operations/#runpython
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "functions for RunPython"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Steps that run a function of the project."""
        for each in backend.changes:
            if (
                each.tool == "django"
                and each.kind == "python"
                and isinstance(each.statement.function, Function)
            ):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The parameters have other names."""
        function = subject.statement.function
        if function is None:
            return
        names = tuple(each.name.lstrip("_") for each in function.scope.parameters)
        if len(names) == len(_USUAL) and all(
            name in ("", usual) for name, usual in zip(names, _USUAL, strict=True)
        ):
            return
        if len(names) == len(_USUAL):
            yield self.finding(
                subject,
                f"`{function.scope.name}` calls its parameters {' and '.join(f'`{name}`' for name in names)}",
                help="call them `apps` and `schema_editor`",
            )
