"""Reads of admissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.domain.academics.queries import intake_columns
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.kernel.texts import LocalText
from app.uow import session

# --- what the public site shows of admissions


@dataclass(frozen=True)
class OpenCycle:
    """An intake that takes applications: where, for which year, until when, into which classes."""

    cycle_id: UUID
    campus_id: UUID
    campus: LocalText
    year: str
    year_starts_on: date
    opens_on: date
    closes_on: date
    classes: tuple[LocalText, ...]
    """The classes with seats, the youngest first."""


def find_open_cycles(day: date) -> list[OpenCycle]:
    """The intakes that take applications on `day`, the one that closes last first; one statement."""
    (campus, year, starts_on, classes), joins = intake_columns(
        AdmissionCycle.academic_year_id, AdmissionSeat.class_id
    )
    own = (AdmissionCycle.id, AdmissionCycle.campus_id, AdmissionCycle.opens_on, AdmissionCycle.closes_on)
    statement = select(*own, campus, year, starts_on, classes).join(
        AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id
    )
    for join in joins:
        statement = statement.join(*join)
    statement = (
        statement.where(
            AdmissionCycle.opens_on <= day, AdmissionCycle.closes_on >= day, AdmissionSeat.seats > 0
        )
        .group_by(*own, campus, year, starts_on)
        .order_by(AdmissionCycle.closes_on.desc(), AdmissionCycle.id)
    )
    return [
        OpenCycle(
            cycle_id=row[0],
            campus_id=row[1],
            campus=row[4],
            year=row[5],
            year_starts_on=row[6],
            opens_on=row[2],
            closes_on=row[3],
            classes=tuple(LocalText.from_dict(name) for name in row[7]),
        )
        for row in session().execute(statement)
    ]
