"""Routes that Connexion serves from OpenAPI documents, and documents that mean harm."""

import textwrap

import pytest

from linter.backend import Backend
from linter.config import load_settings
from linter.extract.files import extract
from linter.facts.openapi import ApiOperation
from linter.frameworks.connexion.resolvers import Resolver
from linter.frameworks.connexion.routes import routes
from linter.guards import Refusals
from linter.pipeline import Run
from linter.resolve.project import Project
from linter.sources import discover

PETS = """
    openapi: 3.0.0
    servers: [{url: "https://pets.example/v1/"}]
    security: [{key: []}]
    paths:
      /pets/{pet-id}:
        parameters: [{name: pet-id, in: path, required: true, schema: {type: integer, maximum: 9}}]
        get: {operationId: api.pets.read, security: []}
        put:
          operationId: api.pets.change
          requestBody:
            content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
          responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
    components:
      schemas:
        Pet:
          type: object
          required: [name]
          properties: {name: {type: string}, born: {type: string, format: date}}
      securitySchemes: {key: {type: apiKey, in: header, name: X-Key, x-apikeyInfoFunc: api.keys.check}}
"""
HANDLERS = "def read(pet_id): ...\ndef change(pet_id): ...\n"


def served(app, document=PETS, **files):
    sources = {"main.py": app, "api/__init__.py": "", "api/pets.py": HANDLERS, **files}
    facts = {
        path: extract(textwrap.dedent(text).encode(), "python", "postgres") for path, text in sources.items()
    }
    api = extract(textwrap.dedent(document).encode(), "openapi", "postgres").api
    backend = Backend(Project(facts), lambda path: sources[path])
    return routes(backend, Refusals(backend.project), {"spec/pets.yaml": api})


@pytest.mark.parametrize("kind", ["App", "FlaskApp", "AsyncApp"])
def test_paths_handlers_and_verdicts(kind):
    found = served(f"import connexion\napp = connexion.{kind}(__name__)\napp.add_api('spec/pets.yaml')\n")
    assert [
        (each.methods, each.path, each.handler, each.authenticated.value, each.complete) for each in found
    ] == [
        (("GET",), "/v1/pets/{pet_id}", "api.pets.read", "no", True),
        (("PUT",), "/v1/pets/{pet_id}", "api.pets.change", "yes", True),
    ]
    assert [guard.name for guard in found[1].guards] == ["api.keys.check"]


def test_inputs_and_outputs():
    change = served("import connexion\napp = connexion.App(__name__)\napp.add_api('pets.yaml')\n")[1]
    assert [
        (each.name, each.place, each.type, each.required, each.bounded.value) for each in change.inputs
    ] == [
        ("pet_id", "path", "int", True, "yes"),
        ("name", "body", "str", True, "no"),
        ("born", "body", "date", False, "yes"),
    ]
    assert [(each.status, each.type) for each in change.outputs] == [(200, "Pet")]


def test_a_base_path_that_is_not_known():
    app = "import connexion\napp = connexion.App(__name__)\napp.add_api('pets.yaml', base_path=prefix())\n"
    assert [each.complete for each in served(app)] == [False, False]


def test_a_document_that_is_named_elsewhere_counts_when_it_means_the_project():
    app = "import connexion\napp = connexion.App(__name__)\napp.add_api(load())\n"
    assert len(served(app)) == 2
    assert not served(app, PETS.replace("api.pets", "other.place"))


def test_an_application_that_adds_nothing():
    assert not served("import connexion\napp = connexion.App(__name__)\n")


@pytest.mark.parametrize(
    ("resolver", "path", "verb", "name"),
    [
        (Resolver("RestyResolver", "api"), "/pets", "GET", "api.pets.search"),
        (Resolver("RestyResolver", "api", "list_all"), "/pets", "GET", "api.pets.list_all"),
        (Resolver("RestyResolver", "api"), "/pets/{id}", "GET", "api.pets.get"),
        (Resolver("RestyResolver", "api"), "/big-pets/{id}/toys", "POST", "api.big_pets.toys.post"),
        (Resolver("MethodResolver", "api"), "/big_pets", "GET", "api.BigPetsView.search"),
        (Resolver("MethodViewResolver", "api"), "/pets", "GET", "api.PetsView.get"),
        (Resolver("RestyResolver", None), "/pets", "GET", None),
        (Resolver(), "/pets", "GET", None),
    ],
)
def test_names_by_path(resolver, path, verb, name):
    assert resolver.name(ApiOperation(verb, path, "", "", 0)) == name


def test_names_by_operation():
    operation = ApiOperation("GET", "/pets", "read", "", 0)
    assert Resolver("RelativeResolver", "api.pets").name(operation) == "api.pets.read"
    assert Resolver().name(ApiOperation("GET", "/pets", "read", "api.pets", 0)) == "api.pets.read"


HARMFUL = {
    "bomb": "openapi: 3.0.0\na: &a [x, x]\n"
    + "".join(
        f"{name}: &{name} [*{last}, *{last}]\n" for last, name in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "own parent": "openapi: &o\n  <<: *o\n  paths: *o\n",
    "own reference": "openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1a'}, "
    "/b: {$ref: '#/paths/~1c'}, /c: {$ref: '#/paths/~1b'}}",
    "deep flow": "openapi: " + "[" * 100_000,
    "deep block": "openapi:\n " + "- " * 100_000,
    "no alias": "openapi: *nobody",
    "binary": "openapi: \x00\x01",
    "a list": "- openapi: 3.0.0",
    "nothing": "",
    "odd types": "openapi: 3\npaths: {/a: [], b: {}, "
    "/c: {get: [], put: {security: {}, parameters: {}, responses: []}}}",
    "templates": "openapi: {{ version }}\npaths: {% for %}",
    "surrogates": 'openapi: 3.0.0\npaths: {"/\\ud800": {get: {operationId: "a\\nb"}}}',
    "objects": "openapi: !!python/object/apply:os.system [ls]",
    "a broken server": "openapi: 3.0.0\nservers: [{url: 'https://[x'}]",
}


@pytest.mark.parametrize("name", sorted(HARMFUL))
def test_hostile_documents(name, tmp_path):
    (tmp_path / "main.py").write_text(
        "import connexion\napp = connexion.App(__name__)\napp.add_api('api.yaml')\n"
    )
    (tmp_path / "api.yaml").write_bytes(HARMFUL[name].encode("utf-8", "surrogatepass"))
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    run = Run(settings, discover(str(tmp_path), settings), use_cache=False, jobs=1)
    assert all(route.framework == "connexion" for route in run.backend.routes)
    assert len([facts for facts in run.facts.values() if facts.error]) <= 1


def test_the_last_of_equal_keys_counts():
    document = PETS.replace("    paths:\n", "    paths: {}\n    paths:\n")
    app = "import connexion\napp = connexion.App(__name__)\napp.add_api('pets.yaml')\n"
    assert len(served(app, document)) == 2


def test_documents_are_read_only_where_connexion_is_used(tmp_path):
    (tmp_path / "api.yaml").write_text("openapi: 3.0.0\n")
    (tmp_path / "other.yml").write_text("title: openapi\n")
    (tmp_path / "app.py").write_text("import flask\n")
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    assert [each.path for each in discover(str(tmp_path), settings).files] == ["app.py"]
    (tmp_path / "app.py").write_text("import connexion\n")
    assert [each.path for each in discover(str(tmp_path), settings).files] == ["api.yaml", "app.py"]
