"""Shapes of queries and of rights, as facts."""

import pytest

from linter.extract.files import extract
from linter.facts.sql import Trait


def traits(text):
    """The traits of the statements of a text, in order."""
    return [
        trait for statement in extract(text.encode(), "sql", "postgres").sql for trait in statement.traits
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a FROM t WHERE b = NULL", [Trait("null-comparison", "", "b", "=")]),
        ("SELECT a FROM t WHERE b <> 1 AND NOT c IN (1, 2)", [Trait("negated", "", "b", "<>")]),
        ("SELECT a FROM t WHERE b NOT IN (1, 2)", [Trait("negated", "", "b", "NOT IN")]),
        ("SELECT a FROM t WHERE b <> 1 AND c = 2", []),
        ("SELECT a FROM t WHERE b <> 1 OR c <> 2", []),
        ("SELECT a FROM t WHERE b <> c", []),
        ("INSERT INTO s.t VALUES (1, 2)", [Trait("unnamed-columns", "s.t")]),
        ("INSERT INTO t (a, b) VALUES (1, 2)", []),
        ("INSERT INTO t DEFAULT VALUES", []),
        ("INSERT INTO t SELECT a, b FROM u", []),
        ("SELECT a FROM t WHERE NOT (b <> NULL)", [Trait("null-comparison", "", "b", "<>")]),
        ("SELECT a FROM t JOIN u ON t.x = u.x AND t.y = NULL", [Trait("null-comparison", "", "y", "=")]),
        ("UPDATE t SET b = NULL WHERE a = 1", []),
        ("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)", [Trait("not-in-query", "u", "b")]),
        ("SELECT a FROM t WHERE a NOT IN (SELECT b FROM s.u)", [Trait("not-in-query", "s.u", "b")]),
        ("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u WHERE b IS NOT NULL)", []),
        ("SELECT a FROM t WHERE a IN (SELECT b FROM u)", []),
        ("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u JOIN v USING (x))", []),
        ("SELECT a FROM t WHERE a = 1 OR b IN (1, 2)", [Trait("either", detail="a, b")]),
        ("SELECT a FROM t WHERE c = 1 AND (a = 1 OR b > 2 OR b < 1)", [Trait("either", detail="a, b")]),
        ("SELECT a FROM t WHERE a = 1 OR b = c", []),
        ("SELECT a FROM t WHERE a = 1 OR b LIKE 'x%'", []),
        ("SELECT a FROM t WHERE NOT (a = 1 OR b = 2)", []),
        ("SELECT a FROM t WHERE a = 1 OR (b = 2 AND c = 3)", []),
        ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 10", [Trait("offset")]),
        ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 0", []),
        ("SELECT a FROM t ORDER BY random()", [Trait("random-order")]),
        ("SELECT a FROM t ORDER BY RAND() DESC", [Trait("random-order")]),
        ("SELECT a FROM t ORDER BY gen_random_uuid()", [Trait("random-order")]),
        ("SELECT a FROM t LIMIT 5", [Trait("unordered-limit", detail="5")]),
        ("SELECT a FROM t LIMIT $1", [Trait("unordered-limit")]),
        ("SELECT count(*) FROM t LIMIT 5", []),
        ("SELECT 1 FROM t LIMIT 5", []),
        ("SELECT now() LIMIT 5", []),
        ("SELECT a FROM (SELECT a FROM t LIMIT 5) AS s", []),
        ("SELECT t.a FROM t, u WHERE t.a = 1", [Trait("unjoined", "u", "u")]),
        ("SELECT x.a FROM t AS x, u AS y WHERE x.a = 1", [Trait("unjoined", "u", "y")]),
        ("SELECT t.a FROM t, u WHERE t.a = u.a", []),
        ("SELECT t.a FROM t, u WHERE a = b", []),
        ("SELECT t.a FROM t CROSS JOIN u", []),
        ("SELECT t.a FROM t JOIN u ON true", []),
        ("SELECT t.a FROM t JOIN u USING (a)", []),
    ],
)
def test_shapes_of_queries(text, expected):
    assert traits(text) == expected


def test_a_trait_is_said_once():
    text = "SELECT a FROM t WHERE b = NULL OR b = NULL"
    assert traits(text) == [Trait("null-comparison", "", "b", "=")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GRANT ALL ON accounts TO app", [Trait("grant-all", "accounts", detail="app")]),
        ("GRANT ALL PRIVILEGES ON a, b TO app", [Trait("grant-all", "a, b", detail="app")]),
        ("GRANT SELECT ON accounts TO app", []),
        ("GRANT SELECT, INSERT ON s.t TO PUBLIC", [Trait("grant-to-public", "s.t", detail="SELECT, INSERT")]),
        ("GRANT admin TO app", []),
        ("CREATE ROLE app SUPERUSER", [Trait("superuser", "app")]),
        ("ALTER ROLE app NOSUPERUSER", []),
        ("CREATE USER app PASSWORD 'hunter2'", [Trait("password", "app")]),
        ("CREATE USER app IDENTIFIED BY 'hunter2'", [Trait("password", "app")]),
        ("CREATE USER IF NOT EXISTS app IDENTIFIED BY 'hunter2'", [Trait("password", "app")]),
        ("CREATE USER app PASSWORD 'SCRAM-SHA-256$4096:abc'", []),
        ("CREATE USER app PASSWORD '${PASSWORD}'", []),
        ("CREATE USER app PASSWORD '<password>'", []),
        (
            "CREATE POLICY own ON public.orders USING (a = 1)",
            [Trait("policy", "orders", "own", "ALL TO public")],
        ),
        (
            "CREATE POLICY own ON public.orders USING (true)",
            [Trait("policy", "orders", "own", "ALL TO public"), Trait("policy-open", "orders", detail="ALL")],
        ),
        (
            "CREATE POLICY own ON orders FOR INSERT TO PUBLIC WITH CHECK (true)",
            [
                Trait("policy", "orders", "own", "INSERT TO public"),
                Trait("policy-open", "orders", detail="INSERT"),
            ],
        ),
        (
            "CREATE POLICY own ON orders FOR SELECT USING (true)",
            [Trait("policy", "orders", "own", "SELECT TO public"), Trait("policy-readable", "orders", "own")],
        ),
        ("CREATE POLICY own ON orders AS RESTRICTIVE USING (true)", [Trait("policy", "orders", "own")]),
        ("CREATE POLICY own ON orders TO app USING (true)", [Trait("policy", "orders", "own", "ALL TO app")]),
        ("CREATE POLICY own ON orders FOR", [Trait("policy", "orders", "own", "ALL TO public")]),
        ("DROP POLICY IF EXISTS own ON s.orders", [Trait("policy-dropped", "s.orders", "own")]),
        ("ALTER POLICY own ON orders TO web, app", [Trait("policy-altered", "orders", "own", "app, web")]),
        (
            "ALTER POLICY own ON orders RENAME TO mine",
            [Trait("policy-altered", "orders", "own", "RENAME mine")],
        ),
        ("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", [Trait("row-security", "orders")]),
        ("ALTER TABLE ONLY s.orders FORCE ROW LEVEL SECURITY", [Trait("row-security", "s.orders")]),
        ("ALTER TABLE orders DISABLE ROW LEVEL SECURITY", []),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            [Trait("search-path", "f")],
        ),
        (
            "CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            [Trait("search-path", "s.f")],
        ),
        (
            "CREATE FUNCTION f() RETURNS int SECURITY DEFINER SET search_path = s LANGUAGE sql AS 'SELECT 1'",
            [],
        ),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", []),
        ("ALTER FUNCTION f() SET search_path = ''", [Trait("search-path-set", "f")]),
    ],
)
def test_shapes_of_rights(text, expected):
    assert traits(text) == expected


@pytest.mark.parametrize(
    "text", ["GRANT", "GRANT ALL ON", "CREATE ROLE", "CREATE POLICY ON", "ALTER TABLE ONLY"]
)
def test_what_breaks_off_has_no_traits(text):
    assert [each for each in traits(text) if each.table] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a.x FROM t b", [Trait("unnamed-table", "t", "a", "x")]),
        ("SELECT t.x FROM t b", [Trait("hidden-table", "t", "b", "x")]),
        ("SELECT t.x FROM s.t", []),
        ('SELECT "{name}".x FROM t', []),
        ("SELECT a.x FROM f(1) AS a", []),
        ("SELECT f.x FROM f(1)", []),
        ("SELECT s.t.x FROM u", []),
        ("DELETE FROM t USING u WHERE v.x = 1", [Trait("unnamed-table", "u,t", "v", "x")]),
        ("INSERT INTO t (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = excluded.x", []),
        ("SELECT t.x FROM t {% if u %} JOIN u ON u.x = t.x {% endif %} WHERE u.y = 1", []),
        ("SELECT a.x FROM a JOIN b a ON a.x = a.y", [Trait("repeated-name", "", "a", "table")]),
        ("SELECT x, y AS x FROM a", [Trait("repeated-name", "", "x", "column")]),
        ("SELECT x AS y, x AS y FROM a", []),
        ("WITH w AS (SELECT 1) SELECT 2", [Trait("unused-with", "", "w")]),
        ("WITH w AS (DELETE FROM t) SELECT 2", []),
        ("SELECT a.x FROM a LEFT JOIN b ON b.y = a.y", [Trait("unused-join", "b", "b", "y")]),
        ("SELECT a.x FROM a LEFT JOIN b ON b.y = a.y FOR UPDATE", []),
        ("SELECT a.x, y FROM a LEFT JOIN b ON b.y = a.y", []),
        ("SELECT 1, 2 UNION ALL SELECT 3", [Trait("set-widths", "", "UNION", "2 | 1")]),
        ("SELECT * FROM a UNION ALL SELECT b.*, 1 FROM b", [Trait("set-widths", "", "UNION", "0+a | 1+b")]),
        ("SELECT 1 UNION ALL VALUES (2)", []),
        ("SELECT * FROM a JOIN b USING (x) UNION ALL SELECT 1", []),
        ("SELECT 1, x FROM a UNION SELECT 2, x FROM a", [Trait("apart-union")]),
        ("SELECT DISTINCT (x), y FROM a", [Trait("distinct-function", "", "x")]),
        ("SELECT DISTINCT x FROM a GROUP BY x", [Trait("distinct-groups")]),
        ("SELECT x FROM a WHERE y = y", [Trait("itself", "", "y = y", "y")]),
        ("SELECT x FROM a WHERE y = 1 OR 1 = 1", [Trait("always", "", "1 = 1", "part")]),
        ("SELECT x FROM a WHERE 1 = 1 AND y = 1", []),
        ("SELECT x FROM a WHERE 1 = 0", [Trait("never", "", "1 = 0")]),
        ("SELECT x || '-' FROM a", [Trait("concatenated", "a", "x")]),
        ("SELECT coalesce(x || '-', '') FROM a", []),
        ("SELECT x FROM a ORDER BY 1, x", [Trait("mixed-positions", detail="ORDER BY")]),
    ],
)
def test_names_and_shapes(text, expected):
    assert traits(text) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a = auth.uid()", ["auth.uid()"]),
        ("a = (SELECT auth.uid())", []),
        ("a = (SELECT coalesce(auth.uid(), b))", []),
        ("EXISTS (SELECT 1 FROM m WHERE m.a = auth.uid())", []),
        ("EXISTS (SELECT 1 FROM m WHERE m.a = (SELECT auth.uid()))", []),
        ("a = current_setting('x.y', true)::int", ["current_setting('x.y', true)"]),
        ("a = current_setting(b)", []),
    ],
)
def test_calls_for_each_row_of_a_policy(condition, expected):
    found = traits(f"CREATE POLICY p ON t USING ({condition})")
    assert [each.detail for each in found if each.kind == "policy-call"] == expected
