"""What gives a name its value."""

from linter.analyses.provenance.bindings import is_count

from .scoring import backend_of

CODE = """
def told(terms):
    for number, term in enumerate(terms):
        print(number, term)
    for first, second in zip(terms, terms):
        print(first, second)
"""


def test_only_the_number_that_enumerate_gives_is_a_count() -> None:
    backend = backend_of({"module.py": CODE})
    function = next(each for each in backend.functions if not each.is_module)
    counted = {
        name
        for block in function.scope.blocks
        for target in block.targets
        for name in ("number", "term", "first", "second")
        if block.subject is not None and is_count(function, name, target, block.subject)
    }
    assert counted == {"number"}
