"""What names that are bound twice stand for."""

from linter.extract.files import extract


def callee(source):
    facts = extract(source.encode(), "python", "postgres")
    return facts.scopes[0].calls[-1].callee.name


def test_a_package_whose_name_is_taken_again():
    assert callee("import app.logs\nfrom web import make\napp = make()\napp.run()\n") == ":app.run"


def test_a_package_that_is_imported_again_stands_for_itself():
    assert callee("import app.logs\nimport app.tasks\napp.tasks.run()\n") == "app.tasks.run"


def test_an_import_that_may_fail_goes_before_what_stands_in():
    source = "try:\n    import fast.json\nexcept ImportError:\n    fast = None\nfast.json.loads()\n"
    assert callee(source) == "fast.json.loads"
