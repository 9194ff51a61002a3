"""The fixture applications start, and what their frameworks say about them is well-formed."""

import re
from collections import Counter

import pytest

from . import HARNESSES, calls, missing, truth

AT_LEAST = {"shop": 40, "clinic": 40, "desk": 40, "vineyard": 8}
SMALL = 15
PATH = re.compile(r"^/([^{}]|\{\w+\})*$")
DOTTED = re.compile(r"^\w+(\.\w+)+$")
ELSEWHERE = {301, 308, 404}
PLACES = {"path", "query", "header", "cookie", "body", "form", "file"}


@pytest.fixture(params=sorted(HARNESSES))
def app(request):
    package = missing(request.param)
    if package is not None:
        pytest.skip(f"{request.param} needs the package {package}, which is not installed (group test-apps)")
    return request.param


def own_routes(app):
    return [route for route in truth(app)["routes"] if not route["framework_own"]]


def test_an_app_has_enough_routes_of_both_verdicts(app):
    routes = own_routes(app)
    assert len(routes) >= AT_LEAST.get(app, SMALL)
    verdicts = Counter(call["authenticated"] for route in routes for call in route["calls"])
    assert set(verdicts) == {"yes", "no"}
    assert min(verdicts.values()) >= 4


def test_routes_are_well_formed(app):
    for route in truth(app)["routes"]:
        assert PATH.match(route["path"]), route
        assert DOTTED.match(route["handler"]), route
        assert route["methods"] == sorted({call["method"] for call in route["calls"]}), route
        assert route["methods"] and not {"HEAD", "OPTIONS"} & set(route["methods"]), route
        verdicts = {call["authenticated"] for call in route["calls"]}
        assert route["authenticated"] == (verdicts.pop() if len(verdicts) == 1 else "mixed"), route


def test_the_handlers_of_an_app_are_its_own(app):
    package = re.compile(rf"^{app}\.")
    foreign = [route for route in own_routes(app) if not package.match(route["handler"])]
    # A framework's generic view, routed as it is, is the application's route with a foreign handler.
    assert len(foreign) <= len(own_routes(app)) / 10, foreign


def test_no_call_fails_in_the_server(app):
    broken = [
        (route["path"], call)
        for route in own_routes(app)
        for call in route["calls"]
        if call["status"] in range(500, 600)
    ]
    assert not broken


def test_every_call_reaches_its_own_route(app):
    """A path value that no row answers to, or that is sent on, would make a guarded route look open."""
    lost = [
        (route["path"], call)
        for route in own_routes(app)
        for call in route["calls"]
        if call["status"] in ELSEWHERE or (call["status"] == 405 and not route["any_method"])
    ]
    assert not lost


def test_inputs_are_well_formed(app):
    for route in truth(app)["routes"]:
        for given in route["inputs"] or ():
            assert given["in"] in PLACES, route
            assert given["type"] and isinstance(given["required"], bool), route
        parameters = set(re.findall(r"\{(\w+)\}", route["path"]))
        if route["inputs"] is not None:
            assert {given["name"] for given in route["inputs"] if given["in"] == "path"} == parameters, route


def test_tables_are_well_formed(app):
    tables = truth(app)["tables"]
    if tables is None:
        pytest.skip(f"{app} has no database")
    columns = {f"{table['name']}.{column['name']}" for table in tables for column in table["columns"]}
    for table in tables:
        names = {column["name"] for column in table["columns"]}
        is_link = all(column["references"] for column in table["columns"])
        keys = [column for column in table["columns"] if column["primary_key"] and column["indexed"]]
        assert keys or is_link, table
        assert all(column["type"] == column["type"].lower() for column in table["columns"]), table
        assert all(set(index["columns"]) <= names for index in table["indexes"]), table
        references = {column["references"] for column in table["columns"]} - {None}
        assert references <= columns, table


def test_calls_are_keyed_by_verb_and_path(app):
    table = calls(app)
    assert all(method.isupper() and path.startswith("/") for method, path in table)


# Read from the applications by eye, so that a fault of the harness does not pass for the truth.
KNOWN = {
    "beacon": [
        ("GET", "/v2/signals/{light}", "beacon.signals.Signals.get", "no"),
        ("PUT", "/v2/signals/{light}", "beacon.signals.Signals.put", "yes"),
        ("POST", "/v2/signals/extinguish", "beacon.signals.extinguish", "yes"),
        ("GET", "/works/scaffolds", "beacon.app.scaffold", "yes"),
        ("GET", "/coast/ships", "beacon.app.chart_of_ships", "yes"),
        ("WEBSOCKET", "/distress", "beacon.signals.distress", "yes"),
    ],
    "ferry": [
        ("GET", "/api/v3/crossings", "ferry.crossings.find", "no"),
        ("GET", "/api/v3/crossings/{crossing_id}/log", "ferry.crossings.log", "yes"),
        ("POST", "/api/v3/tickets", "ferry.tickets.buy", "no"),
        ("DELETE", "/api/v3/tickets/{ticket_id}", "ferry.tickets.refund", "yes"),
        ("PUT", "/harbour/berths/{id}", "ferry.ports.berths.put", "yes"),
        ("GET", "/harbour/harbour-fees/special", "ferry.ports.harbour_fees.special.search", "yes"),
        ("POST", "/old/manifest", "ferry.legacy.upload", "yes"),
        ("GET", "/pages/captain", "ferry.pages.captain", "yes"),
    ],
    "radio": [
        ("POST", "/shows", "radio.shows.Shows.post", "yes"),
        ("POST", "/shows/player/next", "radio.shows.play_next", "yes"),
        ("WEBSOCKET", "/chat", "radio.listeners.chat", "no"),
        ("WEBSOCKET", "/chat/hosts", "radio.listeners.host_chat", "yes"),
    ],
    "shop": [
        ("GET", "/api/v1/orders/{order_id}/invoice", "shop.orders.routes.OrderEndpoints.invoice", "yes"),
        ("POST", "/api/v1/products/{product_id}/restock", "shop.catalog.routes.restock_product", "no"),
        ("POST", "/api/v1/accounts/token", "shop.accounts.routes.sign_in", "no"),
        (
            "DELETE",
            "/api/v1/staff/coupons/{row_id}",
            "shop.staff.maintenance.maintenance_router.remove_row",
            "yes",
        ),
        ("GET", "/partner/v1/orders/{reference}", "shop.partner.app.read_order", "yes"),
        ("POST", "/internal/cache/clear", "shop.operations.clear_cache", "yes"),
        ("WEBSOCKET", "/ws/orders/{order_id}", "shop.orders.tracking.follow_order", "yes"),
        ("WEBSOCKET", "/ws/stock", "shop.orders.tracking.follow_stock", "no"),
    ],
    "clinic": [
        ("GET", "/patients/by-number/{number}/", "clinic.patients.views.by_number", "yes"),
        ("PUT", "/patients/export.{kind}", "clinic.patients.views.export", "yes"),
        ("GET", "/patients/suggestions/", "clinic.patients.views.suggest", "no"),
        ("DELETE", "/api/v1/visits/{pk}/cancel/", "clinic.api.views.VisitViewSet.reinstate", "yes"),
        ("GET", "/api/v1/visits/taken-slots.{format}", "clinic.api.views.VisitViewSet.taken_slots", "no"),
        ("GET", "/api/v1/prescriptions/{pk}", "clinic.api.views.PrescriptionViewSet.retrieve", "no"),
        ("POST", "/api/v1/prescriptions", "clinic.api.views.PrescriptionViewSet.create", "yes"),
        ("PUT", "/api/v1/announcement/", "clinic.api.views.Announcement.put", "yes"),
        ("GET", "/reports/invoices/", "clinic.visits.views.ReportView.get", "yes"),
        ("GET", "/about/", "clinic.pages.views.AboutView.get", "no"),
        (
            "POST",
            "/admin/patients/patient/empty-archive/",
            "clinic.patients.admin.PatientAdmin.empty_archive",
            "yes",
        ),
    ],
    "atlas": [
        ("POST", "/places/", "atlas.places.Places.post", "yes"),
        ("GET", "/places/{place_id}", "atlas.places.Place.get", "no"),
        ("PATCH", "/places/{place_id}", "atlas.places.Place.patch", "yes"),
        ("GET", "/staff/moderation/bans", "atlas.reviews.Bans.get", "yes"),
        ("GET", "/exports/v2/places", "atlas.app.exports.all_places", "yes"),
        ("PUT", "/regions/{region}", "atlas.app.region", "yes"),
        ("GET", "/opinions/flat", "atlas.reviews.ReviewView.get", "no"),
    ],
    "bakery": [
        ("DELETE", "/breads/{bread_id}", "bakery.breads.BreadView.delete", "yes"),
        ("GET", "/breads/{bread_id}", "bakery.breads.BreadView.get", "no"),
        ("PUT", "/kitchen/ovens/{oven_id}", "bakery.kitchen.heat", "yes"),
        ("GET", "/books", "bakery.app.create_app.books", "yes"),
        ("POST", "/suggestions", "bakery.app.create_app.suggest", "no"),
    ],
    "clubs": [
        ("POST", "/api/members/all", "clubs.members.Members.post", "yes"),
        ("GET", "/api/courts", "clubs.courts.Courts.get", "no"),
        ("PUT", "/api/courts/{name}/light", "clubs.courts.Light.put", "yes"),
        ("GET", "/api/bookings/calendar/{year}", "clubs.bookings.register.Calendar.get", "yes"),
        ("GET", "/partners/leagues", "clubs.app.Leagues.get", "yes"),
        ("GET", "/api/fees", "clubs.app.Fees.get", "yes"),
    ],
    "depot": [
        ("GET", "/v1/orders/{order_id}", "depot.orders.Order.get", "no"),
        ("PATCH", "/v1/orders/{order_id}", "depot.orders.Order.patch", "yes"),
        ("GET", "/items/{item_id}/label", "depot.items.ItemLabel.get", "no"),
        ("GET", "/office/desk/stocktaking/{year}", "depot.office.Stocktaking.get", "yes"),
        ("GET", "/docks/{row_id}", "depot.tables.Row.get", "yes"),
        ("GET", "/late/books", "depot.app.Books.get", "yes"),
    ],
    "lending": [
        ("GET", "/api/v1/books", "lending.catalog.api.list_books", "no"),
        ("POST", "/api/v2/books", "lending.catalog.api.add_book", "no"),
        ("POST", "/api/v1/hooks/payments/{reference}", "lending.hooks.payments.paid", "yes"),
        ("GET", "/api/v1/books/{book_id}/covers/small", "lending.catalog.covers._picture.picture", "no"),
        ("GET", "/api/v1/members/{member_id}/loans/fines/", "lending.members.api.list_fines", "yes"),
        ("DELETE", "/api/v2/remarks/all", "lending.members.api.forget_remarks", "yes"),
        ("GET", "/partners/{partner}/news", "lending.api.news", "no"),
        ("DELETE", "/desk/shelves/{shelf_id}", "lending.desk.api.ShelfController.remove_shelf", "yes"),
        ("GET", "/desk/queue/length", "lending.desk.api.QueueController.length", "no"),
    ],
    "fleet": [
        ("GET", "/v1/vehicles", "fleet.vehicles.blueprint.list_vehicles", "no"),
        ("DELETE", "/v1/vehicles/{vehicle_id}/papers", "fleet.vehicles.blueprint.Papers.delete", "yes"),
        ("GET", "/v2/vehicles/{vehicle_id}/position", "fleet.vehicles.blueprint.position", "no"),
        ("GET", "/api/v1/admin/staff/reports/{year}", "fleet.admin.report", "yes"),
        ("GET", "/api/v1/admin/status", "fleet.admin.show_status", "no"),
        ("GET", "/depots/ping", "fleet.depots.ping", "no"),
        ("POST", "/maintenance/tyres/done", "fleet.admin.make_maintenance.done", "yes"),
    ],
    "observatory": [
        ("GET", "/hall", "observatory.nights.HallHandler.get", "no"),
        ("GET", "/nights/{year}/{month}", "observatory.nights.PlanHandler.get", "yes"),
        ("GET", "/nights/{night}/log", "observatory.nights.LogHandler.get", "yes"),
        ("POST", "/dome", "observatory.nights.DomeHandler.post", "yes"),
        (
            "GET",
            "/api/v1/stars/{star_id}/magnitude",
            "observatory.stars.handlers.MagnitudeHandler.get",
            "yes",
        ),
        ("GET", "/health", "observatory.app.HealthHandler.get", "no"),
    ],
    "gazette": [
        ("GET", "/newsroom/desk", "gazette.newsroom.desk", "yes"),
        ("GET", "/newsroom/menu", "gazette.newsroom.menu", "no"),
        ("GET", "/newsroom/open/hours", "gazette.newsroom.hours", "no"),
        ("GET", "/write/drafts", "gazette.articles.drafts", "yes"),
        ("PUT", "/v1/articles/{article_id}/lock", "gazette.articles.ArticleController.lock", "yes"),
    ],
    "harbour": [
        ("GET", "/office/invoices", "harbour.office.invoices", "yes"),
        ("GET", "/office/health", "harbour.pages.health", "no"),
        ("PUT", "/partner/v1/ships/{name}", "harbour.partner.report_ship", "yes"),
        ("PATCH", "/arrivals/{arrival_id}", "harbour.arrivals.Arrivals.change", "yes"),
        ("GET", "/tide/lock", "harbour.arrivals.tide", "no"),
        ("PUT", "/berths/{berth_id}/booking", "harbour.berths.views.Booking.put", "yes"),
    ],
    "museum": [
        ("GET", "/health/", "museum.works.views.health", "no"),
        ("GET", "/vault/", "museum.works.views.health", "yes"),
        ("GET", "/terminal/locked/{number}/", "museum.works.views.terminal", "yes"),
        ("GET", "/terminal/open/{number}/", "museum.works.views.terminal", "no"),
        ("GET", "/en/works/inventory/open/", "museum.works.views.OpenInventory.get", "yes"),
        ("GET", "/en/works/rooms/", "museum.works.views.RoomList.get", "no"),
        ("DELETE", "/api/v1/works/{pk}/notes/", "museum.api.views.WorkViewSet.remove_notes", "yes"),
        ("POST", "/api/v1/rooms/", "museum.api.views.RoomViewSet.create", "no"),
        (
            "DELETE",
            "/api/v2/x-works/{parent_lookup_work}/remarks/{pk}",
            "museum.api.views.NoteViewSet.destroy",
            "yes",
        ),
        ("GET", "/api/tours/free/", "museum.api.views.Tours.get", "no"),
    ],
    "desk": [
        ("GET", "/metrics", "desk.pages.metrics", "yes"),
        ("GET", "/tickets/page/{page}", "desk.tickets.views.index", "yes"),
        ("GET", "/tickets/{ticket_id}/attachments/{name}", "desk.tickets.attachments.download", "yes"),
        ("PUT", "/kb/{slug}", "desk.kb.views.ArticleView.put", "yes"),
        ("GET", "/kb/{slug}", "desk.kb.views.ArticleView.get", "no"),
        ("PATCH", "/api/v1/tickets/{ticket_id}", "desk.api.tickets.TicketApi.patch", "yes"),
        ("GET", "/api/v1/users/{row_id}", "desk.api.resources.resource_blueprint.show", "yes"),
        ("POST", "/api/hooks/chat", "desk.api.hooks.chat", "no"),
        ("GET", "/robots.txt", "desk.app.register_pages.robots", "no"),
    ],
    "vineyard": [
        ("GET", "/wines", "vineyard.app.wines", "no"),
        ("GET", "/wines/{wine_id}/pairings", "vineyard.app.pairings", "no"),
        ("PATCH", "/wines/{wine_id}", "vineyard.app.rename", "yes"),
        ("DELETE", "/wines/{wine_id}/tastings", "vineyard.app.forget", "yes"),
    ],
}


def test_what_a_reader_of_the_app_expects(app):
    table = calls(app)
    for method, path, handler, authenticated in KNOWN[app]:
        assert table[method, path][:2] == (handler, authenticated), (method, path)
