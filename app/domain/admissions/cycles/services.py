"""Writes of admission cycles: make, edit, copy, publish, close, delete. One verb, one transaction."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.academics.queries import class_labels, get_year
from app.domain.admissions.cycles.queries import (
    details_of,
    list_elsewhere,
    parts_of,
    seat_details_of,
    view_of,
)
from app.domain.admissions.cycles.rules import (
    check_ages,
    check_days,
    check_percent,
    find_lacks,
    moved,
    moved_class,
    terms_for,
)
from app.domain.admissions.cycles.types import (
    ClassTaken,
    CycleDetails,
    CycleTaken,
    HasApplications,
    Lack,
    NotADraft,
    NotReady,
    OpenElsewhere,
    QuotaDetails,
    SeatDetails,
)
from app.domain.admissions.desk.services import copy_milestones
from app.domain.admissions.forms.services import copy_form
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    AdmissionSeatPart,
    Application,
)
from app.domain.admissions.policies import ensure_edits_cycles
from app.domain.admissions.rankings.standing import guard_method, guard_quotas, guard_seats
from app.domain.admissions.scores.services import copy_score
from app.domain.admissions.types import CycleState, papers_in_order
from app.domain.audit.services import record, record_change
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.texts import LocalText, same_name
from app.uow import transaction

_CYCLE = "admission_cycle"


def _held(db: Session, actor: Actor, cycle_id: UUID) -> AdmissionCycle:
    """The cycle, locked until the transaction ends: its parts change one at a time. Raises NotFound, Forbidden."""
    row = db.get(AdmissionCycle, cycle_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    ensure_edits_cycles(actor, row.campus_id)
    return row


def _part(db: Session, model: Any, key: UUID, cycle_id: UUID, version: int | None = None) -> Any:
    """A class or quota of a cycle that is held. Raises NotFound, Stale."""
    statement = select(model).where(model.id == key, model.cycle_id == cycle_id)
    row = db.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Stale
    return row


def _flat(details: Any) -> dict[str, Any]:
    """A details value as its columns take it."""
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    return {
        name: [str(kind) for kind in value] if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def _told(details: Any) -> dict[str, Any]:
    """A details value as the audit log takes it."""
    return {field.name: getattr(details, field.name) for field in fields(details)}


def _write(db: Session, row: Any, details: Any) -> None:
    """Put what was decided into its row, touching nothing that stays the same: only then its version stays too."""
    for name, value in _flat(details).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    db.flush()


def _record(actor: Actor, cycle: AdmissionCycle, act: str, before: Any, after: Any) -> None:
    record_change(
        actor,
        f"{_CYCLE}.{act}",
        _CYCLE,
        cycle.id,
        old=_told(before),
        new=_told(after),
        campus_id=cycle.campus_id,
    )


def _hold_year(db: Session, year_id: UUID) -> None:
    """Let the intakes of a school year be named and opened one after the other, until the transaction ends.

    Whoever holds a cycle as well takes it first.
    """
    db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"intakes {year_id}", 0))))


def _ensure_own_name(db: Session, year_id: UUID, name: LocalText, *, but: UUID | None = None) -> None:
    """The year is held. Raises CycleTaken."""
    rows = db.execute(
        select(AdmissionCycle.id, AdmissionCycle.name).where(AdmissionCycle.academic_year_id == year_id)
    )
    if any(key != but and same_name(name, other) for key, other in rows):
        raise CycleTaken


def _ensure_open_here_alone(db: Session, row: AdmissionCycle) -> None:
    """A class of a year takes applications in one cycle at a time. Raises OpenElsewhere."""
    db.flush()
    if row.state is not CycleState.PUBLISHED:
        return
    _hold_year(db, row.academic_year_id)
    for each in list_elsewhere(row)[:1]:
        raise OpenElsewhere(about=each.class_name, first=each.opens_on, last=each.closes_on)


def _still_ready(db: Session, actor: Actor, row: AdmissionCycle) -> None:
    """A cycle that families see stays whole. Raises NotReady."""
    db.flush()
    if row.state is not CycleState.PUBLISHED:
        return
    lacks = find_lacks(view_of(actor, row), local_day(clock.now()))
    # Closing it in the past is how it ends early; what was open before there were methods and fees stays so.
    kept = [point for point in lacks if point.what in (Lack.CLASSES, Lack.SEATS, Lack.PERCENT)]
    if kept:
        raise NotReady(kept)


# --- the cycle


def add_cycle(actor: Actor, year_id: UUID, details: CycleDetails) -> UUID:
    """Begin a cycle for a school year, as a draft that only the office sees.

    Raises NotFound, Forbidden, ClosesBeforeItOpens, CycleTaken.
    """
    year = get_year(actor, year_id)
    ensure_edits_cycles(actor, year.campus_id)
    check_days(details)
    with transaction() as db:
        row = _insert_cycle(db, year.campus_id, year_id, details)
        record(
            actor,
            f"{_CYCLE}.added",
            _CYCLE,
            row.id,
            campus_id=row.campus_id,
            new=_told(details) | {"year": year.name},
        )
        return row.id


def _insert_cycle(db: Session, campus_id: UUID, year_id: UUID, details: CycleDetails) -> AdmissionCycle:
    _hold_year(db, year_id)
    _ensure_own_name(db, year_id, details.name)
    row = AdmissionCycle(
        campus_id=campus_id, academic_year_id=year_id, state=CycleState.DRAFT, **_flat(details)
    )
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError as error:
        raise CycleTaken from error
    return row


def change_cycle(actor: Actor, cycle_id: UUID, version: int, details: CycleDetails) -> None:
    """Change what is decided once for all classes.

    Raises NotFound, Forbidden, Stale, ClosesBeforeItOpens, CycleTaken, OpenElsewhere where families would then find
    a class of the year in two open cycles, MethodStands.
    """
    check_days(details)
    with transaction() as db:
        row = _held(db, actor, cycle_id)
        if row.version != version:
            raise Stale
        before = details_of(row)
        if before.name != details.name:
            _hold_year(db, row.academic_year_id)
            _ensure_own_name(db, row.academic_year_id, details.name, but=row.id)
        if before.method is not details.method:
            seats = select(AdmissionSeat.id).where(
                AdmissionSeat.cycle_id == row.id, AdmissionSeat.method.is_(None)
            )
            guard_method(db, db.scalars(seats))
        _write(db, row, details)
        if (before.opens_on, before.closes_on) != (details.opens_on, details.closes_on):
            _ensure_open_here_alone(db, row)
        _record(actor, row, "changed", before, details)


def copy_cycle(actor: Actor, cycle_id: UUID, year_id: UUID, name: LocalText | None = None) -> UUID:
    """Begin a cycle as another was, its days moved by whole years: a draft with its classes and quotas.

    `name` is what the copy is called; None: as its source. Raises NotFound, Forbidden, CycleTaken. NotFound also for
    a year of another campus.
    """
    with transaction() as db:
        source = _held(db, actor, cycle_id)
        old_year, year = get_year(actor, source.academic_year_id), get_year(actor, year_id)
        if year.campus_id != source.campus_id:
            raise NotFound
        years = year.starts_on.year - old_year.starts_on.year
        details = moved(details_of(source), years)
        details = details if name is None else replace(details, name=name)
        row = _insert_cycle(db, source.campus_id, year_id, details)
        seats = list(db.scalars(select(AdmissionSeat).where(AdmissionSeat.cycle_id == source.id)))
        parts = parts_of([seat.id for seat in seats])
        for seat in seats:
            own = seat_details_of(seat, parts.get(seat.id, ()))
            copied = AdmissionSeat(cycle_id=row.id, class_id=seat.class_id)
            _put_seats(db, copied, moved_class(own, years))
            copy_score(seat.id, copied.id, row.campus_id)
        for quota in db.scalars(select(AdmissionQuota).where(AdmissionQuota.cycle_id == source.id)):
            db.add(
                AdmissionQuota(
                    cycle_id=row.id,
                    name=quota.name,
                    percent=quota.percent,
                    papers=list(quota.papers),
                    relief_months=quota.relief_months,
                )
            )
        db.flush()
        copy_form(source.id, row.id, row.campus_id)
        copy_milestones(source.id, row.id)
        record(
            actor,
            f"{_CYCLE}.copied",
            _CYCLE,
            row.id,
            campus_id=row.campus_id,
            new=_told(details) | {"year": year.name, "from": source.id, "classes": len(seats)},
        )
        return row.id


def publish_cycle(actor: Actor, cycle_id: UUID, version: int) -> None:
    """Show a cycle to families, who can apply from its first day to its last. One that was closed opens again.

    Raises NotFound, Forbidden, Stale, NotReady (with what is missing). Twice is once.
    """
    with transaction() as db:
        row = _held(db, actor, cycle_id)
        if row.state is CycleState.PUBLISHED:
            return
        if row.version != version:
            raise Stale
        _hold_year(db, row.academic_year_id)
        lacks = find_lacks(view_of(actor, row), local_day(clock.now()))
        if lacks:
            raise NotReady(lacks)
        _set_state(db, actor, row, CycleState.PUBLISHED)
        row.published_at = clock.now()


def close_cycle(actor: Actor, cycle_id: UUID) -> None:
    """Take no more applications, whatever its last day. What families sent stays. Twice is once.

    Raises NotFound, Forbidden, NotFound for a draft.
    """
    with transaction() as db:
        row = _held(db, actor, cycle_id)
        if row.state is CycleState.DRAFT:
            raise NotFound
        if row.state is CycleState.PUBLISHED:
            _set_state(db, actor, row, CycleState.CLOSED)


def _set_state(db: Session, actor: Actor, row: AdmissionCycle, state: CycleState) -> None:
    was, row.state = row.state, state
    db.flush()
    record(
        actor,
        f"{_CYCLE}.{state.value}",
        _CYCLE,
        row.id,
        campus_id=row.campus_id,
        old={"state": was},
        new={"state": state},
    )


def remove_cycle(actor: Actor, cycle_id: UUID) -> None:
    """Delete a draft that nobody has used. Raises NotFound, Forbidden, NotADraft, HasApplications."""
    with transaction() as db:
        row = _held(db, actor, cycle_id)
        if row.published_at is not None or row.state is not CycleState.DRAFT:
            raise NotADraft
        _ensure_unused(db, Application.cycle_id == row.id)
        key, campus_id, told = row.id, row.campus_id, _told(details_of(row))
        db.delete(row)
        db.flush()
        record(actor, f"{_CYCLE}.removed", _CYCLE, key, campus_id=campus_id, old=told)


def _ensure_unused(db: Session, *conditions: Any) -> None:
    if db.scalar(select(func.count()).select_from(Application).where(*conditions)):
        raise HasApplications


# --- its classes


def add_class(actor: Actor, cycle_id: UUID, class_id: UUID, details: SeatDetails) -> UUID:
    """Let a class of the campus take applications in a cycle.

    Raises NotFound, Forbidden, AgesCrossed, ClassTaken, OpenElsewhere.
    """
    check_ages(details)
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        label = class_labels([class_id]).get(class_id)
        if label is None or label.campus_id != cycle.campus_id:
            raise NotFound
        row = AdmissionSeat(cycle_id=cycle.id, class_id=class_id)
        try:
            with db.begin_nested():
                _put_seats(db, row, details)
        except IntegrityError as error:
            raise ClassTaken from error
        _still_ready(db, actor, cycle)
        _ensure_open_here_alone(db, cycle)
        new = _told(details) | {"class": label.name.to_dict()}
        record(actor, f"{_CYCLE}.class_added", _CYCLE, cycle.id, campus_id=cycle.campus_id, new=new)
        return row.id


def change_class(actor: Actor, cycle_id: UUID, seat_id: UUID, version: int, details: SeatDetails) -> None:
    """Change what is decided for one class.

    Raises NotFound, Forbidden, Stale, AgesCrossed, NotReady, ListStands, SeatsPromised, MethodStands.
    """
    check_ages(details)
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        row = _part(db, AdmissionSeat, seat_id, cycle.id, version)
        guard_seats(db, row.id, ((part.shift, part.seats) for part in details.parts))
        if terms_for(cycle, details).method is not terms_for(cycle, row).method:
            guard_method(db, [row.id])
        before = seat_details_of(row, parts_of([row.id]).get(row.id, ()))
        _put_seats(db, row, details)
        _still_ready(db, actor, cycle)
        _record(actor, cycle, "class_changed", before, details)


def _put_seats(db: Session, row: AdmissionSeat, details: SeatDetails) -> None:
    """Write a class, its parts anew. The release before reads the sum and whole years."""
    row.seats = sum(part.seats for part in details.parts)
    row.age_from_months, row.age_to_months = details.age_from_months, details.age_to_months
    row.age_from = None if details.age_from_months is None else details.age_from_months // 12
    row.age_to = None if details.age_to_months is None else details.age_to_months // 12
    row.papers = [kind.value for kind in details.papers]
    row.method, row.fee = details.method, details.fee
    row.age_from_on, row.age_to_on = details.age_from_on, details.age_to_on
    row.section_rule = details.section_rule
    row.updated_at = clock.now()  # parts alone would leave the row, and so its version, as it was
    db.add(row)
    db.flush()
    db.execute(delete(AdmissionSeatPart).where(AdmissionSeatPart.seat_id == row.id))
    for part in details.parts:
        db.add(AdmissionSeatPart(seat_id=row.id, section=part.section, shift=part.shift, seats=part.seats))
    db.flush()


def remove_class(actor: Actor, cycle_id: UUID, seat_id: UUID) -> None:
    """Take a class out of a cycle. Raises NotFound, Forbidden, HasApplications, NotReady."""
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        row = _part(db, AdmissionSeat, seat_id, cycle.id)
        _ensure_unused(db, Application.cycle_id == cycle.id, Application.class_id == row.class_id)
        old = _told(seat_details_of(row, parts_of([row.id]).get(row.id, ()))) | {"class": row.class_id}
        db.delete(row)
        _still_ready(db, actor, cycle)
        record(actor, f"{_CYCLE}.class_removed", _CYCLE, cycle.id, campus_id=cycle.campus_id, old=old)


# --- its quotas


def _quotas(db: Session, cycle_id: UUID, *, but: UUID | None = None) -> list[QuotaDetails]:
    rows = db.scalars(select(AdmissionQuota).where(AdmissionQuota.cycle_id == cycle_id))
    return [_quota_details(row) for row in rows if row.id != but]


def _quota_details(row: AdmissionQuota) -> QuotaDetails:
    return QuotaDetails(row.name, row.percent, papers_in_order(row.papers), row.relief_months)


def add_quota(actor: Actor, cycle_id: UUID, details: QuotaDetails) -> UUID:
    """Keep a share of the seats of every class for some children.

    Raises NotFound, Forbidden, TooManyPercent, and what `guard_quotas` raises.
    """
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        guard_quotas(db, cycle.id)
        check_percent(_quotas(db, cycle.id), details)
        row = AdmissionQuota(cycle_id=cycle.id, **_flat(details))
        db.add(row)
        db.flush()
        record(
            actor, f"{_CYCLE}.quota_added", _CYCLE, cycle.id, campus_id=cycle.campus_id, new=_told(details)
        )
        return row.id


def change_quota(actor: Actor, cycle_id: UUID, quota_id: UUID, version: int, details: QuotaDetails) -> None:
    """Change a quota. Its name, papers and relief may always change, its share as long as nothing stands on it.

    Raises NotFound, Forbidden, Stale, TooManyPercent, and what `guard_quotas` raises.
    """
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        row = _part(db, AdmissionQuota, quota_id, cycle.id, version)
        if row.percent != details.percent:
            guard_quotas(db, cycle.id)
        check_percent(_quotas(db, cycle.id, but=row.id), details)
        before = _quota_details(row)
        _write(db, row, details)
        _record(actor, cycle, "quota_changed", before, details)


def remove_quota(actor: Actor, cycle_id: UUID, quota_id: UUID) -> None:
    """Take a quota out of a cycle.

    Raises NotFound, Forbidden, HasApplications where a family claims it, and what `guard_quotas` raises.
    """
    with transaction() as db:
        cycle = _held(db, actor, cycle_id)
        row = _part(db, AdmissionQuota, quota_id, cycle.id)
        guard_quotas(db, cycle.id)
        _ensure_unused(db, Application.quota_ids.contains([row.id]))
        old = _told(_quota_details(row))
        db.delete(row)
        db.flush()
        record(actor, f"{_CYCLE}.quota_removed", _CYCLE, cycle.id, campus_id=cycle.campus_id, old=old)


__all__ = [
    "add_class",
    "add_cycle",
    "add_quota",
    "change_class",
    "change_cycle",
    "change_quota",
    "close_cycle",
    "copy_cycle",
    "publish_cycle",
    "remove_class",
    "remove_cycle",
    "remove_quota",
]
