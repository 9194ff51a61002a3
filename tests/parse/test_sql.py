"""Cutting SQL text into statements: where each begins and ends, and what is bound to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.parse.sql import Lines, SqlError, read, words_of
from linter.parse.sql_clean import clean, is_hole

ROUTINE = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END"


def texts(sql: str, dialect: str = "postgres") -> list[str]:
    return [sql[piece.start : piece.end] for piece in read(sql, dialect).pieces]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        (";;  ;", []),
        ("-- only a comment", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; -- x;\nSELECT ';' ;", ["SELECT 1", "SELECT ';'"]),
        ('SELECT ";" FROM t; SELECT 2', ['SELECT ";" FROM t', "SELECT 2"]),
        ("DO $$ BEGIN a; b; END $$; SELECT 1", ["DO $$ BEGIN a; b; END $$", "SELECT 1"]),
        ("SELECT $x$ ; $$ ; $x$; SELECT 1", ["SELECT $x$ ; $$ ; $x$", "SELECT 1"]),
        ("BEGIN; SELECT 1; END; SELECT 2", ["BEGIN", "SELECT 1", "END", "SELECT 2"]),
        (f"{ROUTINE}; SELECT 3", [ROUTINE, "SELECT 3"]),
        ("VACUUM FULL a; REINDEX TABLE b", ["VACUUM FULL a", "REINDEX TABLE b"]),
        ("/* ; */ SELECT /* ; */ 1 /* ; */; SELECT 2", ["SELECT /* ; */ 1", "SELECT 2"]),
    ],
)
def test_cut_at_semicolons(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_a_trigger_of_sqlite_is_one_statement() -> None:
    trigger = "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE a SET b = 1; DELETE FROM c; END"
    assert texts(f"{trigger}; SELECT 1", "sqlite") == [trigger, "SELECT 1"]


def test_a_procedure_of_mysql_is_one_statement_whatever_its_delimiter() -> None:
    procedure = "CREATE PROCEDURE p() BEGIN IF a THEN UPDATE t SET b = 1; END IF; SELECT 'it\\'s'; END"
    script = f"DELIMITER $$\n{procedure}$$\nDELIMITER ;\nSELECT 1; # it's\nSELECT 2"
    assert texts(script, "mysql") == [procedure, "SELECT 1", "SELECT 2"]


def test_what_is_for_the_client_is_not_sql() -> None:
    script = "\\connect it's\nCOPY t (a) FROM stdin;\n1\t'x;\n\\.\nSELECT 1;\n\\q"
    assert texts(script) == ["COPY t (a) FROM stdin", "SELECT 1"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT {{ cols }} FROM t", "SELECT __________ FROM t"),
        ("{% if x %}SELECT 1{% endif %}", "          SELECT 1           "),
        ("SELECT ${a}, {b}", "SELECT ____, ___"),
        ("{# it's #}SELECT 1", "          SELECT 1"),
        ("SELECT '{\"a\": 1}', '{{x}}', $$ {a} $$ -- {b}", "SELECT '{\"a\": 1}', '{{x}}', $$ {a} $$ -- {b}"),
        ("SELECT {{ a\n}}", "SELECT ____\n__"),
        ("SELECT {{ never closed", "SELECT {{ never closed"),
    ],
)
def test_holes_of_templates_become_names_of_the_same_length(sql: str, expected: str) -> None:
    assert clean(sql, "postgres") == expected


def test_names_that_stand_for_holes() -> None:
    assert is_hole("____")
    assert is_hole("hole_12")
    assert not is_hole("hole_punch")
    assert not is_hole("_id")


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT * FROM t WHERE a = %s AND b = %(name)s", 2),
        ("SELECT * FROM t WHERE a = :a AND b = :name AND c::int = 1 AND d[1:x] = 2", 2),
        ("SELECT * FROM t WHERE a = $1 AND b = $2", 2),
        ("SELECT * FROM t WHERE a = ? AND b IN (?, ?) LIMIT ?", 4),
        ("SELECT * FROM t WHERE a ? 'key'", 0),
        ("SELECT 5 % 2, '%s', ':x'", 0),
    ],
)
def test_bound_parameters_are_counted(sql: str, count: int) -> None:
    assert [piece.placeholders for piece in read(sql, "postgres").pieces] == [count]


@pytest.mark.parametrize("sql", ["SELECT 'x", 'SELECT "x', "SELECT /* x", "\0", "SELECT '\udc80'", "$$ x"])
def test_text_that_cannot_be_cut(sql: str) -> None:
    with pytest.raises(SqlError):
        read(sql, "postgres")


def test_words_take_tokens_of_several_words_apart_and_keep_their_place() -> None:
    sql = 'ADD PRIMARY\n  KEY ("Id", NAME)'
    (piece,) = read(sql, "postgres").pieces
    words = words_of(piece.tokens, sql)
    assert [(word.key, word.name) for word in words] == [
        ("ADD", "add"),
        ("PRIMARY", "primary"),
        ("KEY", "key"),
        ("(", "("),
        ("", "Id"),
        (",", ","),
        ("NAME", "name"),
        (")", ")"),
    ]
    assert [sql[word.start : word.end] for word in words] == [
        "ADD",
        "PRIMARY",
        "KEY",
        "(",
        '"Id"',
        ",",
        "NAME",
        ")",
    ]


def test_lines_are_counted_from_the_place_of_the_text() -> None:
    from linter.facts.spans import unpack

    lines = Lines("ab\nçd\nef", 10, 4)
    assert unpack(lines.span(1, 5)) == (10, 5, 11, 2)
    assert unpack(lines.span(6, 8)) == (12, 0, 12, 2)


MARKS = r"{{ }} { } {% %} ' \" $$ $a$ ; \. -- /* */ // BEGIN END CASE %s :x ? [ ] é \ _"
PHRASES = ("\n", "COPY a FROM stdin;", "DELIMITER //", "CREATE TRIGGER", "SELECT 1")
SQL_LIKE = st.lists(st.sampled_from([*MARKS.split(" "), *PHRASES])).map(" ".join)


@given(st.one_of(st.text(), SQL_LIKE), st.sampled_from(["postgres", "mysql", "sqlite"]))
@settings(max_examples=150)
def test_cleaning_keeps_the_length_and_the_lines(text: str, dialect: str) -> None:
    cleaned = clean(text, dialect)
    assert len(cleaned) == len(text)
    assert [at for at, each in enumerate(cleaned) if each == "\n"] == [
        at for at, each in enumerate(text) if each == "\n"
    ]


@given(SQL_LIKE, st.sampled_from(["postgres", "mysql", "sqlite"]))
@settings(max_examples=150)
def test_pieces_follow_one_another_inside_the_text(text: str, dialect: str) -> None:
    try:
        script = read(text, dialect)
    except SqlError:
        return
    position = 0
    for piece in script.pieces:
        assert position <= piece.start < piece.end <= len(text)
        position = piece.end
