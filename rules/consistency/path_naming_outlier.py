from collections.abc import Iterable, Iterator

from linter.analyses.path_habits import Deviation, habits_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Outcome, Rule, Severity


class PathNamingOutlier(Rule[Route]):
    """A path is written in another way than nearly all others of the project.

    ## Why
    Who knows nine paths guesses the tenth, and gets a 404 because this one has an underscore, a singular, or
    a slash at its end. Once clients use the path it stays as it is.

    ## Bad
        @router.get("/order-lines")
        @router.get("/price-lists")
        ...                              # and eight more like these
        @router.get("/stock_movements")

    ## Good
        @router.get("/stock-movements")

    ## Limits
    Compared are slashes at the end, how words are joined, singular and plural names of collections, and verbs
    that repeat the method. A habit is what nine of ten comparable paths of a framework do, ten at least;
    without one nothing is said. Paths that differ together, in one area or file, have a habit of their own
    and are left alone, and so are regular expressions.

    ## References
    - https://cloud.google.com/apis/design/naming_convention
    - https://opensource.zalando.com/restful-api-guidelines/#129
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "routes whose paths are comparable"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes with something that others write as well."""
        return habits_of(backend).compared.values()

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """Each way in which the path differs."""
        for each in habits_of(backend).deviations.get(id(subject), ()):
            yield self.finding(subject, _message(each), help=_advice(each))


def _message(found: Deviation) -> str:
    said = f"`{found.what}` in {found.route} is" if found.what else f"{found.route}"
    said = said.removesuffix(" is") if found.is_.startswith("begins") else said
    return f"{said} {found.is_}, unlike {found.agreeing} of {found.compared} comparable paths"


def _advice(found: Deviation) -> str:
    if found.habit.startswith("a noun"):
        return "leave the verb to the method, and keep the old path for clients that use it"
    said = found.habit if found.habit.startswith("ends") else f"is {found.habit}"
    return f"write it like the others, so that it {said}, and keep the old path for clients that use it"
