from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mysql.script import makes_program, statements

SPLITS = {
    "": [],
    "  \n-- only a comment; really\n# and another;\n/* a; b */": [],
    ";;;": [],
    "SELECT 1": ["SELECT 1"],
    "SELECT 1;": ["SELECT 1"],
    "SELECT 1 ; SELECT 2\n;": ["SELECT 1", "SELECT 2"],
    "-- first;\nSELECT 1": ["SELECT 1"],
    "SELECT 1; -- one; two\nSELECT 2": ["SELECT 1", "SELECT 2"],
    "SELECT 5--1; SELECT 2": ["SELECT 5--1", "SELECT 2"],
    "SELECT ';', \";\", `;`; SELECT 2": ["SELECT ';', \";\", `;`", "SELECT 2"],
    r"SELECT 'it\'s;', 'it''s;'; SELECT 2": [r"SELECT 'it\'s;', 'it''s;'", "SELECT 2"],
    "SELECT 1 /* ; */ + 1; SELECT 2": ["SELECT 1 /* ; */ + 1", "SELECT 2"],
    "/*!50003 SELECT 1 */; SELECT 2": ["/*!50003 SELECT 1 */", "SELECT 2"],
    "INSERT INTO t VALUES ('a\nDELIMITER //\n;b'); SELECT 2": [
        "INSERT INTO t VALUES ('a\nDELIMITER //\n;b')",
        "SELECT 2",
    ],
    "DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;\nSELECT 3;": [
        "SELECT 1; SELECT 2",
        "SELECT 3",
    ],
    "delimiter ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END ;;\ndelimiter ;\nSELECT 1": [
        "CREATE PROCEDURE p() BEGIN SELECT 1; END",
        "SELECT 1",
    ],
    "BEGIN; INSERT INTO t VALUES (1); COMMIT": ["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"],
    "SELECT CASE a WHEN 1 THEN 2 END; SELECT 2": ["SELECT CASE a WHEN 1 THEN 2 END", "SELECT 2"],
    "CREATE TABLE `procedure` (a INT); SELECT 2": ["CREATE TABLE `procedure` (a INT)", "SELECT 2"],
    "CREATE PROCEDURE p() SELECT 1; SELECT 2": ["CREATE PROCEDURE p() SELECT 1", "SELECT 2"],
}

BODIES = [
    "BEGIN SELECT 1; END",
    "BEGIN BEGIN SELECT 1; END; SELECT 2; END",
    "BEGIN IF a THEN SELECT 1; END IF; SELECT 2; END",
    "BEGIN CASE a WHEN 1 THEN SELECT 1; END CASE; SELECT 2; END",
    "BEGIN SET b = CASE a WHEN 1 THEN 2 END; SELECT 2; END",
    "BEGIN l: LOOP LEAVE l; END LOOP l; WHILE a DO SET a = 0; END WHILE; SELECT 2; END",
    "BEGIN REPEAT SET a = 1; UNTIL a END REPEAT; SELECT IF(a, 1, 2); END",
    "BEGIN SELECT 'END'; -- END;\n SELECT `END`; END",
]


@pytest.mark.parametrize("script", SPLITS)
def test_splits(script: str) -> None:
    assert list(statements(script)) == SPLITS[script]


@pytest.mark.parametrize("body", BODIES)
def test_bodies_stay_whole(body: str) -> None:
    create = f"CREATE DEFINER=`root`@`%` TRIGGER d.t BEFORE INSERT ON d.a FOR EACH ROW {body}"
    assert list(statements(f"{create};\nSELECT 1;\n{create};")) == [create, "SELECT 1", create]


def test_a_long_literal_takes_no_longer_than_its_length() -> None:
    script = f"INSERT INTO t VALUES ('{'x' * 5_000_000}')"
    assert list(statements(script)) == [script]


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("create or replace procedure p() select 1", True),
        ("CREATE TABLE t (a INT)", False),
        ("DROP PROCEDURE p", False),
    ],
)
def test_makes_program(statement: str, answer: bool) -> None:
    assert makes_program(statement) is answer
