"""Reads of persons, students, guardians and staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.people.models import Person


def person_name_columns(
    person_key: InstrumentedAttribute[UUID],
) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]]]:
    """The three name columns of the person behind `person_key`, and the join that brings them along.

    Other features show names without touching the table of persons:
    `en, bn, ar, joined = person_name_columns(User.person_id)`; `select(..., en, bn, ar).join(*joined)`.
    """
    person = aliased(Person)
    return person.name_en, person.name_bn, person.name_ar, (person, person.id == person_key)  # type: ignore[return-value]
