"""Statements planned once for each connection answer as all others do."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, bindparam, func, literal_column, select, text

from app import prepared
from app.domain.academics.models import Campus
from app.uow import read
from tests.support.cast import CAST

BY_CODE = (
    select(Campus.id, func.to_char(func.now(), "%%"))
    .where(Campus.code == bindparam("code"))
    .execution_options(prepared=True)
)


def plans(connection: Connection) -> int:
    found = connection.execute(text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'page%'"))
    return int(found.scalar_one())


def test_a_statement_is_planned_once_and_answers_each_time(connection: Connection) -> None:
    connection.execute(text("DEALLOCATE ALL"))  # the tests before may have filled the room that there is
    connection.info.pop(prepared._NAMES, None)
    before = plans(connection)
    found = [read(BY_CODE, {"code": code}).all() for code in ("MAIN", "nowhere", "MAIN", "'; --")]
    assert [len(rows) for rows in found] == [1, 0, 1, 0]
    assert found[0][0][0] == found[2][0][0] == CAST.campus
    assert plans(connection) == before + 1


def test_a_percent_sign_is_not_a_parameter(connection: Connection) -> None:
    ((_, sign),) = read(BY_CODE, {"code": "MAIN"}).all()
    assert sign == "%%"


def test_a_statement_without_parameters_is_planned_too(connection: Connection) -> None:
    one = select(literal_column("1")).execution_options(prepared=True)
    assert read(one, {}).scalar_one() == 1


def test_of_an_endless_variety_the_latest_are_kept(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute(text("DEALLOCATE ALL"))
    connection.info.pop(prepared._NAMES, None)
    monkeypatch.setattr(prepared, "_MOST", 2)
    for length in (1, 2, 3, 1, 4, 5, 1):
        many = (
            select(func.count())
            .where(Campus.code.in_(bindparam("codes", expanding=True)))
            .execution_options(prepared=True)
        )
        assert read(many, {"codes": ["MAIN"] * length}).scalar_one() == 1
    assert plans(connection) == 2
    kept = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'PREPARE page%count(*)%'"
    lengths = {sql.count("$") for sql in connection.scalars(text(kept))}
    assert lengths == {1, 5}
