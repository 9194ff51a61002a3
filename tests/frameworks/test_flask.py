"""Flask routes, guards, inputs and settings, on small applications and on the fixture application."""

import textwrap

import pytest

from linter.backend import Backend
from linter.extract.files import extract
from linter.frameworks.flask import routes as flask
from linter.guards import Refusals
from linter.resolve.project import Project


def backend_of(**files):
    """A backend of modules given as text; `pkg__views` is `pkg/views.py`, as `pkg/views` is."""
    facts, texts = {}, {}
    for name, text in files.items():
        source = textwrap.dedent(text)
        path = (name if "/" in name else name.replace("__", "/")) + ".py"
        facts[path], texts[path] = extract(source.encode(), "python", "postgres"), source
    return Backend(Project(facts), texts.__getitem__)


def routes_of(**files):
    backend = backend_of(**files)
    return flask.routes(backend, Refusals(backend.project))


def table(**files):
    return sorted((*route.methods, route.path, route.handler) for route in routes_of(**files))


def paths(**files):
    return sorted(route.path for route in routes_of(**files))


def verdicts(**files):
    """Handler's last name (and method of class views) to the verdict."""
    found = {}
    for route in routes_of(**files):
        name = route.handler.rpartition(".")[2]
        found[f"{name}.{route.methods[0].lower()}" if route.owner else name] = route.authenticated.value
    return found


def only(**files):
    (route,) = routes_of(**files)
    return route


APP = "from flask import Flask, request, session, g, abort, redirect, url_for\napp = Flask(__name__)\n"


def app(text):
    return APP + textwrap.dedent(text)


class TestRoutes:
    def test_methods_and_converters(self):
        assert table(
            shop=app(
                """
                @app.route("/")
                def index(): ...

                @app.route("/orders/<int:order_id>", methods=["get", "POST"])
                def order(order_id): ...

                @app.delete("/files/<path:name>")
                def remove(name): ...

                @app.get("/<any(a, b):kind>/<string(length=2):code>")
                def kinds(kind, code): ...
                """
            )
        ) == [
            ("DELETE", "/files/{name}", "shop.remove"),
            ("GET", "/", "shop.index"),
            ("GET", "/{kind}/{code}", "shop.kinds"),
            ("GET", "POST", "/orders/{order_id}", "shop.order"),
        ]

    def test_one_function_at_two_paths(self):
        assert paths(shop=app('@app.route("/a")\n@app.route("/b")\ndef both(): ...')) == ["/a", "/b"]

    def test_add_url_rule_with_class_views(self):
        assert table(
            shop=app(
                """
                from flask.views import MethodView, View

                class Items(MethodView):
                    def get(self): ...
                    def post(self): ...

                class Special(Items):
                    def delete(self): ...

                class Page(View):
                    methods = ["GET", "POST"]
                    def dispatch_request(self): ...

                app.add_url_rule("/items", view_func=Items.as_view("items"))
                app.add_url_rule("/special", view_func=Special.as_view("special"), methods=["GET", "DELETE"])
                page = Page.as_view("page")
                app.add_url_rule("/page", "page", page)
                """
            )
        ) == [
            ("DELETE", "/special", "shop.Special"),
            ("GET", "/items", "shop.Items"),
            ("GET", "/special", "shop.Special"),
            ("GET", "POST", "/page", "shop.Page"),
            ("POST", "/items", "shop.Items"),
        ]

    def test_nested_blueprints_and_prefixes(self):
        assert paths(
            shop__parts="""
            from flask import Blueprint
            inner = Blueprint("inner", __name__, url_prefix="/inner")
            outer = Blueprint("outer", __name__)
            outer.register_blueprint(inner)

            @inner.get("/x")
            def x(): ...

            @outer.get("")
            def y(): ...
            """,
            shop__app="""
            from flask import Flask
            from shop.parts import outer

            def create_app():
                app = Flask(__name__)
                app.register_blueprint(outer, url_prefix="/outer")
                app.register_blueprint(outer, url_prefix="/again", name="again")
                return app
            """,
        ) == ["/again", "/again/inner/x", "/outer", "/outer/inner/x"]

    def test_a_prefix_at_registration_replaces_the_blueprints_own(self):
        assert paths(
            shop=app(
                """
                from flask import Blueprint
                bp = Blueprint("bp", __name__, url_prefix="/old")
                @bp.get("/x")
                def x(): ...
                app.register_blueprint(bp, url_prefix="/new")
                """
            )
        ) == ["/new/x"]

    def test_loops_over_tables_and_factories(self):
        assert paths(
            shop=app(
                """
                from flask import Blueprint

                def resource(name, title):
                    bp = Blueprint(name, __name__, url_prefix=f"/{name}")

                    @bp.get("/<int:row_id>")
                    def show(row_id): ...

                    return bp

                for name, (title, _) in {"users": ("Users", 1), "teams": ("Teams", 2)}.items():
                    app.register_blueprint(resource(name, title))
                """
            )
        ) == ["/teams/{row_id}", "/users/{row_id}"]

    def test_loops_over_modules(self):
        assert paths(
            shop__a='from flask import Blueprint\nbp = Blueprint("a", __name__)\n@bp.get("/a")\ndef a(): ...',
            shop__b='from flask import Blueprint\nbp = Blueprint("b", __name__)\n@bp.get("/b")\ndef b(): ...',
            shop__app="""
            from flask import Flask
            from shop import a, b

            app = Flask(__name__)
            for module in (a, b):
                app.register_blueprint(module.bp)
            """,
        ) == ["/a", "/b"]

    def test_helpers_that_register(self):
        assert table(
            shop__helpers="""
            def register(target, routes, view_func, **options):
                for route in routes:
                    target.add_url_rule(route, view_func=view_func, **options)
            """,
            shop__app="""
            from flask import Blueprint, Flask
            from shop.helpers import register

            def one(): ...
            def two(): ...

            def plug(app):
                bp = Blueprint("bp", __name__)
                register(bp, routes=["/a", "/b"], view_func=one)
                register(bp, ["/c"], two, methods=["POST"])
                app.register_blueprint(bp, url_prefix=app.config["PREFIX"])

            def create_app():
                app = Flask(__name__)
                app.config["PREFIX"] = "/p"
                return app
            """,
        ) == [
            ("GET", "/p/a", "shop.app.one"),
            ("GET", "/p/b", "shop.app.one"),
            ("POST", "/p/c", "shop.app.two"),
        ]

    def test_an_application_in_an_attribute_and_a_subclass(self):
        assert paths(
            shop="""
            from flask import Flask, Blueprint

            class Shop(Flask):
                def __init__(self):
                    super().__init__(__name__)
                    self.add_url_rule("/own", view_func=own)

            class Server:
                def __init__(self):
                    self.app = Shop()

                def start(self):
                    self.app.add_url_rule("/started", view_func=own)

            def own(): ...
            """
        ) == ["/own", "/started"]

    def test_a_global_application(self):
        assert paths(
            shop="""
            from flask import Flask
            app = None

            def make():
                global app
                app = Flask(__name__)

            def more():
                app.add_url_rule("/x", view_func=x)

            def x(): ...
            """
        ) == ["/x"]

    def test_unregistered_blueprints_are_not_served(self):
        text = '\nfrom flask import Blueprint\nbp = Blueprint("b", __name__)\n@bp.get("/x")\ndef x(): ...'
        assert paths(shop=app(text)) == []
        library = routes_of(shop=text)
        assert [(route.path, route.complete) for route in library] == [("/x", False)]

    def test_an_unknown_prefix_is_said(self):
        route = only(
            shop=app(
                """
                from flask import Blueprint
                bp = Blueprint("b", __name__)
                @bp.get("/x")
                def x(): ...
                app.register_blueprint(bp, url_prefix=read_prefix())
                """
            )
        )
        assert not route.complete

    def test_quart(self):
        assert table(
            shop="""
            from quart import Quart
            app = Quart(__name__)
            @app.get("/x")
            async def x(): ...
            """
        ) == [("GET", "/x", "shop.x")]

    def test_a_websocket(self):
        route = only(
            shop='from quart import Quart\napp = Quart(__name__)\n@app.websocket("/ws")\nasync def ws(): ...'
        )
        assert (route.websocket, route.methods, route.path) == (True, (), "/ws")

    def test_no_flask_no_routes(self):
        assert routes_of(shop='import click\n@click.command("/x")\ndef x(): ...') == []

    @pytest.mark.parametrize(
        "text",
        [
            'app.route("/x")(view)',
            'decorate = app.route("/x")\napp.add_url_rule("/x", view_func=view)',
            '[app.add_url_rule(u, view_func=view) for u in ["/x"]]',
            'app.add_url_rule("/%s" % "x", view_func=view)',
            'app.add_url_rule("/{}".format("x"), view_func=view)',
            'BASE = "/"\napp.add_url_rule(BASE + "x", view_func=view)',
            'options = {"view_func": view}\napp.add_url_rule("/x", **options)',
            'args = ["/x", None, view]\napp.add_url_rule(*args)',
        ],
    )
    def test_forms_of_one_registration(self, text):
        assert paths(shop=app(f"def view(): ...\n{text}")) == ["/x"]


class TestExtensions:
    def test_flask_restful(self):
        assert table(
            shop=app(
                """
                from flask_restful import Api, Resource

                class Wrapped(Api):
                    def add_versioned(self, resource, *urls, **options):
                        urls = ["/v1" + url for url in urls]
                        return self.add_resource(resource, *urls, **options)

                class Items(Resource):
                    def get(self): ...
                    def post(self): ...

                api = Wrapped(app, prefix="/api")
                api.add_resource(Items, "/items", "/things")
                api.add_versioned(Items, "/items")
                """
            )
        ) == [
            (verb, path, "shop.Items")
            for verb in ("GET", "POST")
            for path in ("/api/items", "/api/things", "/api/v1/items")
        ]

    def test_flask_restful_on_a_blueprint_later(self):
        assert paths(
            shop=app(
                """
                from flask import Blueprint
                from flask_restful import Api, Resource
                api = Api()
                bp = Blueprint("api", __name__, url_prefix="/api")
                @api.resource("/one", "/two")
                class One(Resource):
                    def get(self): ...
                api.init_app(bp)
                app.register_blueprint(bp)
                """
            )
        ) == ["/api/one", "/api/two"]

    def test_flask_restx(self):
        assert table(
            shop=app(
                """
                from flask import Blueprint
                from flask_restx import Api, Namespace, Resource
                bp = Blueprint("api", __name__, url_prefix="/api/v1")
                api = Api(bp)
                users = Namespace("users")
                teams = Namespace("teams", path="/groups")
                direct = api.namespace("direct")
                api.add_namespace(users, "/people")
                api.add_namespace(teams)
                app.register_blueprint(bp)

                @users.route("")
                class Users(Resource):
                    def get(self): ...

                @teams.route("/<int:team_id>", "/<int:team_id>/more")
                class Team(Resource):
                    def patch(self, team_id): ...

                @direct.route("/x")
                class X(Resource):
                    def get(self): ...
                """
            )
        ) == [
            ("GET", "/api/v1/direct/x", "shop.X"),
            ("GET", "/api/v1/people", "shop.Users"),
            ("PATCH", "/api/v1/groups/{team_id}", "shop.Team"),
            ("PATCH", "/api/v1/groups/{team_id}/more", "shop.Team"),
        ]

    def test_flask_smorest(self):
        found = routes_of(
            shop=app(
                """
                import marshmallow as ma
                from flask.views import MethodView
                from flask_smorest import Api, Blueprint

                class Query(ma.Schema):
                    page = ma.fields.Int(validate=ma.validate.Range(max=50))

                class Pet(ma.Schema):
                    id = ma.fields.Int(dump_only=True)
                    name = ma.fields.String(required=True)
                    kind = ma.fields.String(data_key="type", validate=ma.validate.OneOf(["cat"]))

                blp = Blueprint("pets", "pets", url_prefix="/pets")

                @blp.route("/")
                class Pets(MethodView):
                    @blp.arguments(Query, location="query")
                    @blp.response(200, Pet(many=True))
                    def get(self, args): ...

                    @blp.arguments(Pet)
                    @blp.response(201, Pet)
                    def post(self, data): ...

                api = Api(app)
                api.register_blueprint(blp)
                """
            )
        )
        get, post = sorted(found, key=lambda route: route.methods)
        assert (get.path, post.path) == ("/pets/", "/pets/")
        assert [(i.name, i.place, i.type, i.bounded.value) for i in get.inputs] == [
            ("page", "query", "int", "yes")
        ]
        assert [(i.name, i.place, i.required, i.bounded.value) for i in post.inputs] == [
            ("name", "body", True, "no"),
            ("type", "body", False, "yes"),
        ]
        assert [(o.status, o.type) for o in post.outputs] == [(201, "Pet")]

    def test_apiflask(self):
        route = only(
            shop="""
            from apiflask import APIFlask, HTTPTokenAuth, Schema
            from apiflask.fields import Integer, String

            app = APIFlask(__name__)
            auth = HTTPTokenAuth()

            class PetIn(Schema):
                name = String(required=True)

            @app.post("/pets")
            @app.auth_required(auth)
            @app.input(PetIn, location="json")
            @app.output(PetIn, status_code=201)
            def create(json_data): ...
            """
        )
        assert (route.path, route.authenticated.value) == ("/pets", "yes")
        assert [(each.name, each.place) for each in route.inputs] == [("name", "body")]
        assert (201, "PetIn") in [(each.status, each.type) for each in route.outputs]


GUARDS = """
from functools import wraps

def current_user():
    return session.get("user_id")

def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if current_user() is None:
            return redirect(url_for("auth.login"))
        return view(*args, **kwargs)
    return inner

def role_required(*roles):
    def decorate(view):
        @wraps(view)
        def inner(*args, **kwargs):
            if not g.user:
                abort(401)
            if g.user.role not in roles:
                abort(403)
            return view(*args, **kwargs)
        return inner
    return decorate

def logged(view):
    @wraps(view)
    def inner(*args, **kwargs):
        print("called")
        return view(*args, **kwargs)
    return inner
"""


class TestDecorators:
    def test_a_guard_counts_below_the_route_only(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
@app.get("/below")
@login_required
def below(): ...

@login_required
@app.get("/above")
def above(): ...

@app.get("/stacked")
@logged
@role_required("admin")
def stacked(): ...

@app.get("/logged")
@logged
def plain(): ...
"""
            )
        ) == {"below": "yes", "above": "no", "stacked": "yes", "plain": "no"}

    def test_kinds_of_libraries(self):
        assert verdicts(
            shop=app(
                """
                from flask_login import login_required
                from flask_jwt_extended import jwt_required
                from flask_httpauth import HTTPBasicAuth
                from flask_security import roles_required
                from flask_limiter import Limiter
                auth = HTTPBasicAuth()
                limiter = Limiter()

                @app.get("/a")
                @login_required
                def a(): ...
                @app.get("/b")
                @jwt_required()
                def b(): ...
                @app.get("/c")
                @jwt_required(optional=True)
                def c(): ...
                @app.get("/d")
                @auth.login_required
                def d(): ...
                @app.get("/e")
                @auth.login_required(role="admin")
                def e(): ...
                @app.get("/f")
                @roles_required("admin")
                def f(): ...
                @app.get("/h")
                @limiter.limit("5/minute")
                def h(): ...
                """
            )
        ) == {"a": "yes", "b": "yes", "c": "no", "d": "yes", "e": "yes", "f": "yes", "h": "no"}

    def test_a_rate_limit_refuses_nobody(self):
        route = only(
            shop=app(
                """
                from flask_limiter import Limiter
                limiter = Limiter()
                @app.post("/login")
                @limiter.limit("5/minute")
                def login(): ...
                """
            )
        )
        assert [(guard.kind, guard.verdict.value) for guard in route.guards] == [("rate-limit", "no")]

    def test_a_decorator_that_cannot_be_read_is_unknown_when_it_sounds_like_a_guard(self):
        assert verdicts(
            shop=app(
                """
                from acme import require_ticket, cached
                @app.get("/a")
                @require_ticket
                def a(): ...
                @app.get("/b")
                @cached(60)
                def b(): ...
                """
            )
        ) == {"a": "unknown", "b": "no"}

    def test_decorators_made_of_decorators_and_classes(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
class permission:
    def __init__(self, name):
        self.name = name

    def __call__(self, view):
        @wraps(view)
        def inner(*args, **kwargs):
            if any(g.user.can(each) for each in self.name):
                return view(*args, **kwargs)
            abort(403)
        return inner

def require(name):
    return permission(name)

def admin(view):
    return require("admin")(view)

def both(view=None, *, role="x"):
    def decorate(view):
        return role_required(role)(view)
    return decorate(view) if view else decorate

staff = role_required("staff")

@app.get("/a")
@permission("x")
def a(): ...
@app.get("/b")
@admin
def b(): ...
@app.get("/c")
@staff
def c(): ...
@app.get("/d")
@require("y")
def d(): ...
"""
            )
        ) == {"a": "yes", "b": "yes", "c": "yes", "d": "yes"}

    def test_refusals_about_something_else_are_no_guards(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
def open_hours(view):
    def inner(*args, **kwargs):
        if closed():
            abort(403)
        return view(*args, **kwargs)
    return inner

def visitors_only(view):
    def inner(*args, **kwargs):
        if current_user():
            return redirect(url_for("auth.login"))
        return view(*args, **kwargs)
    return inner

def private_if_configured(view):
    def inner(*args, **kwargs):
        if setting("private") and current_user() is None:
            abort(401)
        return view(*args, **kwargs)
    return inner

@app.get("/a")
@open_hours
def a(): ...
@app.get("/b")
@visitors_only
def b(): ...
@app.get("/c")
@private_if_configured
def c(): ...
"""
            )
        ) == {"a": "no", "b": "no", "c": "unknown"}

    def test_tokens_that_are_decoded_in_a_try(self):
        assert verdicts(
            shop=app(
                """
                import jwt

                def token_required(view):
                    def inner(*args, **kwargs):
                        token = request.headers.get("Authorization", "").replace("Bearer ", "")
                        try:
                            payload = jwt.decode(token, "key", algorithms=["HS256"])
                        except jwt.PyJWTError:
                            return {"error": "no"}, 401
                        return view(payload, *args, **kwargs)
                    return inner

                @app.get("/a")
                @token_required
                def a(): ...
                """
            )
        ) == {"a": "yes"}

    def test_class_views(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
from flask.views import MethodView

class Base(MethodView):
    decorators = [login_required]

class Inherits(Base):
    def get(self): ...

class Overrides(Base):
    decorators = []
    def get(self): ...

class Adds(MethodView):
    decorators = Base.decorators + [logged]
    def get(self): ...

class Each(MethodView):
    def get(self): ...
    @role_required("admin")
    def put(self): ...
    def delete(self):
        if current_user() is None:
            abort(401)

class Checks(MethodView):
    def dispatch_request(self, *args, **kwargs):
        if not session.get("user_id"):
            abort(401)
        return super().dispatch_request(*args, **kwargs)
    def get(self): ...

for view in (Inherits, Overrides, Adds, Each, Checks):
    app.add_url_rule("/" + "x", view_func=view.as_view("x"))
"""
            )
        ) == {
            "Inherits.get": "yes",
            "Overrides.get": "no",
            "Adds.get": "yes",
            "Each.get": "no",
            "Each.put": "yes",
            "Each.delete": "yes",
            "Checks.get": "yes",
        }

    def test_decorators_of_apis_and_resources(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
from flask_restful import Api, Resource
closed = Api(app, prefix="/closed", decorators=[login_required])
opened = Api(app)

class Plain(Resource):
    def get(self): ...

class Listed(Resource):
    method_decorators = [login_required]
    def get(self): ...

class Mapped(Resource):
    method_decorators = {"post": [login_required]}
    def get(self): ...
    def post(self): ...

class Open(Resource):
    def get(self): ...

closed.add_resource(Plain, "/plain")
opened.add_resource(Listed, "/listed")
opened.add_resource(Mapped, "/mapped")
opened.add_resource(Open, "/open")
"""
            )
        ) == {
            "Plain.get": "yes",
            "Listed.get": "yes",
            "Mapped.get": "no",
            "Mapped.post": "yes",
            "Open.get": "no",
        }

    def test_decorations_by_hand(self):
        assert verdicts(
            shop=app(
                GUARDS
                + """
def a(): ...
def b(): ...
def c(): ...
def d(): ...
app.add_url_rule("/a", view_func=login_required(a))
app.add_url_rule("/b", "bee", b)
app.add_url_rule("/c", view_func=c)
if PRIVATE:
    d = login_required(d)
app.add_url_rule("/d", view_func=d)
for name in ("bee",):
    app.view_functions[name] = login_required(app.view_functions[name])
"""
            )
        ) == {"a": "yes", "b": "yes", "c": "no", "d": "unknown"}


class TestHooks:
    def test_an_error_of_the_project_that_is_told_its_status(self):
        found = verdicts(
            shop=app(
                """
                from flask import Blueprint

                class AuthError(Exception):
                    def __init__(self, message, code, service=None):
                        self.message = message
                        self.code = code

                def token_of(request):
                    header = request.headers.get("Authorization", None)
                    if not header:
                        raise AuthError("a token must be sent", 401)
                    return header[7:]

                def requires_token():
                    g.service = token_of(request)

                def requires_nothing():
                    pass

                inner = Blueprint("inner", __name__)
                outer = Blueprint("outer", __name__)

                @inner.get("/inner")
                def guarded(): ...

                @outer.get("/outer")
                def open_to_all(): ...

                @app.errorhandler(AuthError)
                def told(error):
                    return {"message": error.message}, error.code

                inner.before_request(requires_token)
                app.register_blueprint(inner)
                outer.before_request(requires_nothing)
                app.register_blueprint(outer)
                """
            )
        )
        assert found == {"guarded": "yes", "open_to_all": "no"}

    def test_allow_lists_are_read(self):
        assert verdicts(
            shop=app(
                """
                from flask import Blueprint
                api = Blueprint("api", __name__, url_prefix="/api")
                OPEN = {"index", "static"}

                @app.before_request
                def check():
                    if request.endpoint in OPEN or request.path.startswith("/public/"):
                        return None
                    if request.blueprint == "api" and request.method == "GET":
                        return
                    if not session.get("user_id"):
                        return redirect("/login")

                @app.get("/")
                def index(): ...
                @app.get("/other")
                def other(): ...
                @app.get("/public/<name>")
                def public(name): ...
                @app.get("/<path:name>")
                def anything(name): ...
                @api.get("/x")
                def read(): ...
                @api.post("/x")
                def write(): ...
                app.register_blueprint(api)
                """
            )
        ) == {
            "index": "no",
            "other": "yes",
            "public": "no",
            "anything": "unknown",
            "read": "no",
            "write": "yes",
        }

    def test_blueprint_hooks_cover_nested_blueprints_only(self):
        assert verdicts(
            shop=app(
                """
                from flask import Blueprint
                from flask_login import login_required
                outer = Blueprint("outer", __name__)
                inner = Blueprint("inner", __name__)
                outer.register_blueprint(inner)
                app.register_blueprint(outer, url_prefix="/o")

                @outer.before_request
                @login_required
                def check(): ...

                @outer.get("/a")
                def a(): ...
                @inner.get("/b")
                def b(): ...
                @app.get("/c")
                def c(): ...
                """
            )
        ) == {"a": "yes", "b": "yes", "c": "no"}

    def test_a_blueprint_can_guard_the_application(self):
        assert verdicts(
            shop=app(
                """
                from flask import Blueprint
                bp = Blueprint("bp", __name__)
                def check():
                    if "user_id" not in session:
                        abort(401)
                bp.before_app_request(check)
                app.register_blueprint(bp)
                @app.get("/a")
                def a(): ...
                """
            )
        ) == {"a": "yes"}

    def test_a_hook_under_a_condition_is_unknown(self):
        assert verdicts(
            shop=app(
                """
                def check():
                    if g.user is None:
                        abort(401)
                if PRIVATE:
                    app.before_request(check)
                @app.get("/a")
                def a(): ...
                """
            )
        ) == {"a": "unknown"}

    def test_hooks_that_check_something_else(self):
        assert verdicts(
            shop=app(
                """
                @app.before_request
                def maintenance():
                    if is_down():
                        abort(403)

                @app.before_request
                def check_csrf():
                    if request.method != "GET" and request.form.get("csrf") != session["csrf"]:
                        abort(403)

                @app.before_request
                def load():
                    g.user = session.get("user_id")

                @app.get("/a")
                def a(): ...
                """
            )
        ) == {"a": "no"}


class TestInlineChecks:
    def test_what_the_body_says(self):
        assert verdicts(
            shop=app(
                """
                from flask_login import current_user
                def user():
                    return g.get("user")

                @app.get("/a")
                def a():
                    if not current_user.is_authenticated:
                        abort(401)
                @app.get("/b")
                def b():
                    if user() is None:
                        return {"error": "no"}, 401
                    return {}
                @app.post("/login")
                def login():
                    found = find(request.form["email"])
                    if found is None or not found.check(request.form["password"]):
                        abort(401)
                    return {}
                @app.get("/d")
                def d():
                    if current_user.is_anonymous:
                        return {}
                    return {"secret": 1}
                """
            )
        ) == {"a": "yes", "b": "yes", "login": "no", "d": "no"}

    def test_a_stand_in_for_the_caller(self):
        assert verdicts(
            shop=app(
                """
                from werkzeug.local import LocalProxy
                me = LocalProxy(lambda: session.get("user"))
                @app.get("/a")
                def a():
                    if me is None or not me:
                        abort(403)
                """
            )
        ) == {"a": "yes"}


class TestCsrf:
    FILES = {
        "shop": app(
            """
            from flask import Blueprint
            from flask_wtf.csrf import CSRFProtect
            csrf = CSRFProtect(app)
            hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
            csrf.exempt(hooks)
            app.register_blueprint(hooks)

            @app.post("/a")
            def a(): ...
            @csrf.exempt
            @app.post("/b")
            def b(): ...
            @app.get("/c")
            def c(): ...
            @hooks.post("/d")
            def d(): ...
            """
        )
    }

    def test_protection_and_exemptions(self):
        found = {
            route.handler: [(guard.kind, guard.level, guard.verdict.value) for guard in route.guards]
            for route in routes_of(**self.FILES)
        }
        assert found == {
            "shop.a": [("csrf", "app", "yes")],
            "shop.b": [("csrf", "function", "no")],
            "shop.c": [],
            "shop.d": [("csrf", "function", "no")],
        }

    def test_csrf_is_no_access_control(self):
        assert set(verdicts(**self.FILES).values()) == {"no"}


class TestInputs:
    def inputs(self, text):
        (route,) = routes_of(shop=app(text))
        return sorted((each.name, each.place, each.type, each.required) for each in route.inputs)

    def test_reads_by_hand(self):
        assert self.inputs(
            """
            @app.post("/<int:a>/<uuid:b>")
            def x(a, b):
                q = request.args.get("q", 1, type=int)
                many = request.args.getlist("many")
                name = request.form["name"]
                data = request.get_json(force=True) or {}
                first, second = data["first"], data.get("second")
                third = request.json["third"]
                upload = request.files["upload"]
                header = request.headers.get("X-Key")
                cookie = request.cookies["c"]
                amount = int(request.values["amount"])
                if "flag" in request.args:
                    pass
                other = {"no": 1}["no"]
            """
        ) == [
            ("X-Key", "header", None, False),
            ("a", "path", "int", True),
            ("amount", "query", "int", True),
            ("b", "path", "UUID", True),
            ("c", "cookie", None, True),
            ("first", "body", None, True),
            ("flag", "query", None, False),
            ("many", "query", "list[str]", False),
            ("name", "form", None, True),
            ("q", "query", "int", False),
            ("second", "body", None, False),
            ("third", "body", None, True),
            ("upload", "file", None, True),
        ]

    def test_webargs(self):
        assert self.inputs(
            """
            from webargs import fields
            from webargs.flaskparser import use_args, use_kwargs

            @app.get("/")
            @use_args({"page": fields.Int(load_default=1), "q": fields.Str(required=True)}, location="query")
            @use_kwargs({"body": fields.Str()})
            def x(args, **kwargs): ...
            """
        ) == [("body", "body", "str", False), ("page", "query", "int", False), ("q", "query", "str", True)]

    def test_request_parser(self):
        assert self.inputs(
            """
            from flask_restful import Api, Resource, reqparse
            parser = reqparse.RequestParser()
            parser.add_argument("rate", type=int, required=True)
            parser.add_argument("kind", choices=("a", "b"), location="args")

            class X(Resource):
                def post(self):
                    args = parser.parse_args()

            Api(app).add_resource(X, "/x")
            """
        ) == [("kind", "query", None, False), ("rate", "body", "int", True)]

    def test_restx_models(self):
        assert self.inputs(
            """
            from flask_restx import Api, Resource, fields
            api = Api(app)
            pet = {"name": fields.String(required=True), "id": fields.Integer(readonly=True)}
            model = api.model("Pet", pet)

            @api.route("/x")
            class X(Resource):
                @api.expect(model)
                def post(self): ...
            """
        ) == [("name", "body", "str", True)]

    def test_wtforms(self):
        (route,) = routes_of(
            shop=app(
                """
                from flask_wtf import FlaskForm
                from wtforms import IntegerField, PasswordField, StringField, SubmitField
                from wtforms.validators import DataRequired, Length

                class Login(FlaskForm):
                    email = StringField("Mail", validators=[DataRequired(), Length(max=80)])
                    password = PasswordField("Password", [DataRequired()])
                    age = IntegerField("Age")
                    send = SubmitField("Send")

                @app.route("/login", methods=["GET", "POST"])
                def login():
                    form = Login()
                    if form.validate_on_submit():
                        return "ok"
                    return "form", 400
                """
            )
        )
        assert [(i.name, i.place, i.type, i.required, i.bounded.value) for i in route.inputs] == [
            ("email", "form", "str", True, "yes"),
            ("password", "form", "str", True, "no"),
            ("age", "form", "int", False, "no"),
        ]
        assert [each.status for each in route.outputs] == [200, 400]


class TestSettings:
    def test_every_way_to_set(self):
        found = flask.settings(
            backend_of(
                shop__config="""
                class Base:
                    SECRET_KEY = "x"
                    not_one = 1

                class Production(Base):
                    DEBUG = False
                """,
                shop__defaults="SESSION_COOKIE_SECURE = True\nhelper = 1\n",
                shop__app="""
                from flask import Flask
                from shop import defaults
                from shop.config import Production

                def create_app(config):
                    app = Flask(__name__)
                    app.config["A"] = 1
                    app.config.update(B=2)
                    app.config.update({"C": 3})
                    app.config.from_mapping(D=4)
                    app.config.setdefault("E", 5)
                    app.config.from_object(config)
                    app.config.from_object("shop.defaults")
                    other = {}
                    other["F"] = 6
                    return app

                app = create_app(Production)
                """,
            )
        )
        assert sorted({each.name for each in found}) == [
            "A",
            "B",
            "C",
            "D",
            "DEBUG",
            "E",
            "SECRET_KEY",
            "SESSION_COOKIE_SECURE",
        ]
        assert {each.framework for each in found} == {"flask"}

    def test_nothing_without_flask(self):
        assert flask.settings(backend_of(shop='app.config["A"] = 1')) == []


HOSTILE = [
    'app.add_url_rule("/" + "{0.__class__}".format(app), view_func=x)',
    'app.add_url_rule("{:999999999}".format("x"), view_func=x)',
    'app.add_url_rule("/<<<", view_func=x)\napp.add_url_rule("/<int:", view_func=x)',
    'app.add_url_rule("/\\ud800\\n\\x1b[31m", view_func=x)',
    "def loop(app):\n    loop(app)\n    app.add_url_rule('/', view_func=loop(app))\nloop(app)",
    "a = b = a\nb = a\napp.register_blueprint(a)",
    "app.register_blueprint(app)",
    "items = [items, *items]\nfor item in items:\n    app.add_url_rule(item, view_func=x)",
    "x = login(x)\nlogin = x(login)\napp.add_url_rule('/x', view_func=x)",
    "@app.before_request\ndef again():\n    return again()",
    "def more(rows):\n    rows = [row for row in rows]\n    for row in rows:\n"
    "        app.add_url_rule(row, view_func=x)\nmore(['/a'])",
    "def f(a):\n    a = [f(b) for b in f(a)]\n    return a\nfor each in f(x):\n    each.add_url_rule('/')",
    "def f(a):\n    v = a\n    v = x(v)\n    v = f(v)\n    app.add_url_rule('/', view_func=v)\nf(x)",
    "def deco(f):\n    return deco(f)\n@app.get('/x')\n@deco\ndef x(): ...",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code_does_no_harm(text):
    routes_of(shop=app("def x(): ...\n" + text))


def test_an_abort_with_a_response_has_its_status():
    found = verdicts(
        shop=app(
            """
            from flask import jsonify, make_response

            @app.post("/copy")
            def copy():
                if session.get("user") is None:
                    return abort(make_response(jsonify(error="Access Forbidden"), 403))
                return {}
            """
        )
    )
    assert found == {"copy": "yes"}


def test_a_list_made_of_itself_keeps_its_items():
    assert paths(
        shop=app(
            """
            def x(): ...
            rows = ["/a", "/b"]
            rows = [row for row in rows]
            for row in rows:
                app.add_url_rule(row, view_func=x)
            """
        )
    ) == ["/a", "/b"]


def test_the_same_code_gives_the_same_routes():
    files = {"shop": app(GUARDS + '@app.get("/x")\n@login_required\ndef x(): ...')}
    first, second = routes_of(**files), routes_of(**files)
    assert [(str(each), each.guards, each.inputs) for each in first] == [
        (str(each), each.guards, each.inputs) for each in second
    ]


class TestWhatAVisitorLacks:
    def test_methods_that_are_guarded_apart_are_routes_apart(self):
        found = {
            route.methods: route.authenticated.value
            for route in routes_of(
                shop=app(
                    """
                    @app.route("/a", methods=["GET", "PUT", "POST"])
                    def a():
                        if request.method != "GET" and session.get("name") is None:
                            abort(401)
                        return {}
                    """
                )
            )
        }
        assert found == {("GET",): "no", ("POST", "PUT"): "yes"}

    def test_what_is_left_in_g(self):
        assert verdicts(
            shop=app(
                """
                from functools import wraps
                def load():
                    header = request.headers.get("X-Machine")
                    g.machine = find(header) if header else None
                    g.theme = request.args.get("theme")
                def machines(view):
                    @wraps(view)
                    def inner(*args):
                        g.caller = request.headers.get("X-Partner", "").partition(" ")[2]
                        if not g.caller:
                            abort(401)
                        return view(*args)
                    return inner
                def known():
                    if g.get("machine") is None:
                        abort(403)
                def themed():
                    if g.theme is None:
                        abort(400)
                app.before_request(load)

                @app.get("/a")
                @machines
                def a(): ...
                @app.get("/b")
                def b():
                    known()
                    return {}
                @app.get("/c")
                def c():
                    themed()
                    return {}
                """
            )
        ) == {"a": "yes", "b": "yes", "c": "no"}

    def test_csrf_tokens_and_common_headers_are_no_credentials(self):
        assert verdicts(
            shop=app(
                """
                @app.before_request
                def same_origin():
                    if session["nonce"] != request.form.get("nonce"):
                        abort(403)
                @app.post("/a")
                def a():
                    if "text/html" not in request.headers.get("Accept"):
                        abort(406)
                    return {}
                """
            )
        ) == {"a": "no"}

    def test_guards_of_a_websocket(self):
        assert verdicts(
            shop="""
                from quart import Quart, websocket, abort
                app = Quart(__name__)
                @app.websocket("/a")
                async def a():
                    if websocket.headers.get("X-Key") != KEY:
                        abort(401)
                """
        ) == {"a": "yes"}


class TestWhatIsPutTogetherAtRunTime:
    def test_modules_imported_by_name(self):
        blueprint = """
            from flask import Blueprint
            parts = Blueprint("parts", __name__)
            @parts.get("/{}")
            def view(): ...
        """
        found = paths(
            main="""
                import importlib
                from flask import Flask
                def create():
                    global app
                    app = Flask(__name__)
                    fill(app)
                    return app
                def fill(app):
                    for name in ("users",):
                        module = importlib.import_module(f"part_{name}")
                        app.register_blueprint(module.parts)
                    app.register_blueprint(getattr(importlib.import_module("part_orders"), "parts"))
            """,
            part_users=blueprint.format("users"),
            part_orders=blueprint.format("orders"),
            part_unused=blueprint.format("unused"),
        )
        assert found == ["/orders", "/users"]

    def test_views_that_are_wrapped_in_turn(self):
        assert verdicts(
            shop=app(
                """
                from flask.views import MethodView
                from flask_login import login_required
                class Open(MethodView):
                    def get(self): ...
                class Closed(MethodView):
                    def get(self): ...
                class Maybe(MethodView):
                    def get(self): ...
                def serve(path, cls, guards=None):
                    view = cls.as_view(cls.__name__)
                    for guard in guards or []:
                        view = guard(view)
                    app.add_url_rule(path, view_func=view)
                serve("/open", Open)
                serve("/closed", Closed, [login_required])
                def more():
                    view = Maybe.as_view("maybe")
                    if PRIVATE:
                        view = login_required(view)
                    app.add_url_rule("/maybe", view_func=view)
                """
            )
        ) == {"Open.get": "no", "Closed.get": "yes", "Maybe.get": "unknown"}


LOADED = """
from werkzeug.local import LocalProxy
from flask_login import current_user, login_required

@LocalProxy
def current_forum():
    if current_topic:
        return current_topic.forum
    return load(Forum, "forum_id", "forum")

@LocalProxy
def current_topic():
    return load(Topic, "topic_id", "topic")

def load(model, argument, name):
    if g and not getattr(g, name, None) and request.view_args and argument in request.view_args:
        setattr(g, name, model.find(request.view_args[argument]))
    return getattr(g, name, None)

@app.before_request
def ask_for_login():
    if current_forum and not (current_user.is_authenticated or current_forum.is_open):
        return redirect(url_for("login"))

@app.route("/")
def index(): ...
@app.route("/search/<words>")
def search(words): ...
@app.route("/topics/<int:topic_id>")
def topic(topic_id): ...
@app.route("/forums/<int:forum_id>")
def forum(forum_id): ...
@app.route("/login")
def login(): ...
"""


class TestWhatThePathLoads:
    def test_hooks_ask_for_what_the_path_has_no_parameter_for(self):
        assert verdicts(shop=app(LOADED)) == {
            "index": "no",
            "search": "no",
            "login": "no",
            "topic": "unknown",
            "forum": "unknown",
        }

    def test_rules_may_hand_over_more(self):
        found = verdicts(
            shop=app(LOADED) + "@app.route('/all', defaults={'forum_id': 1})\ndef everything(forum_id): ...\n"
        )
        assert found["everything"] == found["index"] == "unknown"

    def test_others_may_leave_it_in_g(self):
        found = verdicts(shop=app(LOADED) + "def keep(name, value):\n    setattr(g, name, value)\n")
        assert found["index"] == "unknown"


def test_a_view_that_is_wrapped_at_once_and_again():
    found = verdicts(
        shop=app(
            """
            from flask.views import MethodView
            from flask_login import login_required
            class Shown(MethodView):
                def get(self): ...
            def serve(guard):
                view = guard(login_required(Shown.as_view("shown")))
                view = guard(view)
                app.add_url_rule("/shown", view_func=view)
            serve(login_required)
            """
        )
    )
    assert found == {"Shown.get": "yes"}


class TestBoundTogether:
    def test_blueprints_that_are_bound_as_a_pair(self):
        assert paths(
            shop="""
            from flask import Blueprint, Flask

            app, debug = Flask(__name__), True
            a, b = Blueprint("a", __name__, url_prefix="/a"), Blueprint("b", __name__, url_prefix="/b")
            (c, *_, d) = [Blueprint("c", __name__, url_prefix="/c"), 1, Blueprint("d", __name__)]

            def make():
                return Blueprint("e", __name__, url_prefix="/e"), Blueprint("f", __name__, url_prefix="/f")

            e, f = make()

            @a.route("/1")
            def one(): ...

            @b.get("/2")
            def two(): ...

            @c.get("/3")
            def three(): ...

            @d.get("/4")
            def four(): ...

            @e.get("/5")
            def five(): ...

            @f.get("/6")
            def six(): ...

            for each in (a, b, c, e, f):
                app.register_blueprint(each)
            app.register_blueprint(d, url_prefix="/d")
            """
        ) == ["/a/1", "/b/2", "/c/3", "/d/4", "/e/5", "/f/6"]

    def test_names_of_a_function_and_of_another_module(self):
        assert table(
            shop="""
            from flask import Flask
            import views

            def create_app():
                app = Flask(__name__)
                x, y = views.pair()
                app.register_blueprint(x)
                app.register_blueprint(y, url_prefix="/yy")
                for each in (views.a, views.b):
                    app.register_blueprint(each)
                return app
            """,
            views="""
            from flask import Blueprint

            a, b = Blueprint("a", __name__, url_prefix="/a"), Blueprint("b", __name__, url_prefix="/b")

            @a.route("/1")
            def one(): ...

            @b.get("/2")
            def two(): ...

            def pair():
                x = Blueprint("x", __name__, url_prefix="/x")
                y = Blueprint("y", __name__)

                @x.route("/3")
                def three(): ...

                @y.route("/4")
                def four(): ...

                return x, y
            """,
        ) == [
            ("GET", "/a/1", "views.one"),
            ("GET", "/b/2", "views.two"),
            ("GET", "/x/3", "views.pair.three"),
            ("GET", "/yy/4", "views.pair.four"),
        ]

    def test_a_registration_that_is_called_later(self):
        assert paths(
            shop="""
            import functools
            from flask import Blueprint, Flask

            app = Flask(__name__)
            api = Blueprint("api", __name__)

            @api.get("/x")
            def show(): ...

            later = [functools.partial(app.register_blueprint, api, url_prefix="/api")]
            for each in later:
                each()
            """
        ) == ["/api/x"]


UNCLEAR = APP + textwrap.dedent(
    """
    class Denied(Exception):
        def __init__(self, status):
            self.status = status

    class Broken(Exception): ...

    @app.errorhandler(Denied)
    def told(error):
        return "", error.status

    @app.before_request
    def gate():
        if not request.headers.get("x-token"):
            raise {raised}

    @app.route("/")
    def index(): ...
    """
)


@pytest.mark.parametrize(
    ("raised", "answer"),
    [("Denied(status_for(request))", "unknown"), ("Broken()", "no"), ("Denied(401)", "yes")],
)
def test_a_hook_whose_error_is_answered_in_ways_that_cannot_be_told(raised, answer):
    assert verdicts(shop=UNCLEAR.replace("{raised}", raised)) == {"index": answer}


CHECKS = APP + textwrap.dedent(
    """
    from flask_jwt_extended import verify_jwt_in_request

    class Denied(Exception): ...

    def known(function):
        def inner(*args, **kwargs):
            verify_jwt_in_request()
            return function(*args, **kwargs)
        return inner

    @known
    def is_owner(view): return view()

    @known
    def is_staff(view): return view()

    def is_anybody(view): return view()

    checks = {"owner": is_owner, "staff": is_staff}
    further = {"owner": is_owner, "anybody": is_anybody}

    def has(level):
        if level in checks:
            try:
                if checks[level](lambda: True) is True:
                    return True
            except Denied:
                pass
        return False

    @app.post("/owned")
    def owned():
        if not has("owner"):
            abort(403)

    @app.post("/some")
    def some():
        if not checks[request.args["level"]](lambda: True):
            abort(403)

    @app.post("/anybody")
    def anybody():
        if not further["anybody"](lambda: True):
            abort(403)
    """
)


def test_checks_that_are_looked_up_in_a_dict():
    assert verdicts(shop=CHECKS) == {"owned": "yes", "some": "yes", "anybody": "no"}


def test_a_copy_of_a_library_is_that_library():
    assert verdicts(
        shop=app(
            """
            from shop_tools.vendor.flask_principal import Permission

            staff = Permission("staff")

            @app.get("/staff")
            @staff.require(403)
            def guarded(): ...
            """
        ),
        shop_tools____init__="",
        shop_tools__vendor____init__="",
        shop_tools__vendor__flask_principal="""
            class Permission:
                def require(self, status=None):
                    return Context(self, status)

            class Context:
                def __init__(self, permission, status): ...
            """,
    ) == {"guarded": "yes"}


def test_a_key_that_is_looked_for_among_what_a_request_carries():
    assert verdicts(
        shop=app(
            """
            from config import settings

            def keyed(function):
                def inner(*args, **kwargs):
                    header = None
                    if "X-API-KEY" in request.headers:
                        header = request.headers["X-API-KEY"]
                    if settings.key in [request.args.get("apikey"), request.form.get("apikey"), header]:
                        return function(*args, **kwargs)
                    return abort(401)
                return inner

            def named(function):
                def inner(*args, **kwargs):
                    if settings.key in [request.args.get("apikey"), settings.other]:
                        return function(*args, **kwargs)
                    return abort(401)
                return inner

            @app.get("/a")
            @keyed
            def a(): ...

            @app.get("/b")
            @named
            def b(): ...
            """
        )
    ) == {"a": "yes", "b": "unknown"}


def test_a_session_that_is_cast_to_a_class_of_the_project():
    shop = app(
        """
        from sessions import session as own

        @app.before_request
        def known_only():
            if request.endpoint not in ["login"] and not own.logged_in():
                return redirect(url_for("login"))

        @app.get("/login")
        def login(): ...

        @app.get("/orders")
        def orders(): ...
        """
    )
    sessions = """
        import typing

        class Own:
            def has_account(self):
                return self.uid is not None

            def logged_in(self):
                return self.has_account()

        from flask import session

        session = typing.cast(Own, session)
        """
    assert verdicts(shop=shop, sessions=sessions) == {"login": "no", "orders": "yes"}


def test_a_copy_of_flask_in_the_project_means_the_library():
    files = {
        "app/main": app(
            """
            from functools import wraps

            def keyed(view):
                @wraps(view)
                def inner(*args, **kwargs):
                    if not request.headers.get("X-API-KEY"):
                        return abort(401)
                    return view(*args, **kwargs)
                return inner

            @app.get("/orders")
            @keyed
            def orders(): ...
            """
        ),
        "libs/flask/__init__": """
            from .app import Flask
            from .globals import g, request, session
            from .helpers import abort, redirect, url_for
            """,
        "libs/flask/app": """
            class Flask:
                def __init__(self, name):
                    self.add_url_rule("/static", view_func=lambda: "")

                def get(self, rule, **options): ...

                def add_url_rule(self, rule, view_func): ...
            """,
        "libs/flask/globals": "g = request = session = LocalProxy()",
        "libs/flask/helpers": "def abort(code): ...\ndef redirect(to): ...\ndef url_for(to): ...",
    }
    assert verdicts(**files) == {"orders": "yes"}


def test_a_package_of_the_project_named_like_a_library_is_the_projects():
    files = {
        "flask/__init__": "def abort(code): ...",
        "flask/views": "from flask import abort\ndef view():\n    abort(401)",
    }
    project = backend_of(**files).project
    (view,) = project.modules["flask/views.py"].functions[1:]
    assert project.callee(view, view.scope.calls[0]).target is not None


def test_a_key_among_all_parameters_that_the_project_gathers():
    assert verdicts(
        shop=app(
            """
            @app.before_request
            def gather():
                request.all_data = {**request.values}

            @app.get("/orders")
            def orders():
                if not request.all_data.get("authtoken"):
                    abort(401)

            @app.get("/found")
            def found():
                if not request.all_data.get("query"):
                    abort(401)
            """
        )
    ) == {"orders": "yes", "found": "no"}
