"""Writes of scores: one verb, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.domain.academics.policies import ensure_may
from app.domain.academics.types import Shift
from app.domain.accounts.queries import list_users_who_may
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.rankings.rules import RANKABLE
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import Ranked
from app.domain.admissions.scores.letters import facts_of, slot_letter, slot_text
from app.domain.admissions.scores.models import (
    ScoreMark,
    ScoreMarker,
    ScorePart,
    ScoreSitting,
    ScoreSlot,
    ScoreTies,
)
from app.domain.admissions.scores.queries import (
    details_of,
    get_merit,
    get_part,
    get_part_to_mark,
    get_sitting,
    get_ties,
    list_parts,
    list_slots,
    look_at_import,
    sheet_applicants,
    slot_details_of,
    unseated,
)
from app.domain.admissions.scores.rules import check_part, fill_seats, import_mark, working_of
from app.domain.admissions.scores.types import (
    SEATED,
    Answer,
    EndsBeforeItStarts,
    ImportMoved,
    ImportRow,
    MarkedByPeople,
    MarksGiven,
    PartDetails,
    PartInUse,
    PartView,
    Seating,
    SeatsInUse,
    SeatTaken,
    SentMark,
    SlotDetails,
    SlotFull,
    SlotInUse,
    StaleMarks,
    TieRule,
)
from app.domain.admissions.telling import child_of, tell_family
from app.domain.admissions.types import Method
from app.domain.audit.services import record, record_change
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Stale
from app.uow import transaction

LinkTo = Callable[[str, str], str]
"""(language, reference) to the absolute address of the status page."""

_PART = "admission_score"


# --- parts


def _ensure_decides(actor: Actor, campus_id: UUID) -> None:
    ensure_may(actor, Permission.APPLICATIONS_DECIDE, campus_id, to_read=Permission.APPLICATIONS_READ)


def _campus_of(db: Session, actor: Actor, seat_id: UUID) -> UUID:
    """Where a class is; held until the transaction ends. Raises NotFound, Forbidden."""
    campus_id = db.scalar(
        select(AdmissionCycle.campus_id)
        .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
        .where(AdmissionSeat.id == seat_id)
        .with_for_update(of=AdmissionSeat)
    )
    if campus_id is None:
        raise NotFound
    _ensure_decides(actor, campus_id)
    return campus_id


def _held(db: Session, actor: Actor, part_id: UUID, version: int | None = None) -> ScorePart:
    """A part, held until the transaction ends. Raises NotFound, Forbidden, Stale."""
    row = db.scalars(
        select(ScorePart).where(ScorePart.id == part_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound
    _ensure_decides(actor, row.campus_id)
    if version is not None and row.version != version:
        raise Stale
    return row


def _flat(details: PartDetails) -> dict[str, Any]:
    values = {each.name: getattr(details, each.name) for each in fields(details)}
    values["criteria"] = [{"name": each.name, "most": str(each.most)} for each in details.criteria]
    return values


def _has_marks(db: Session, part_id: UUID) -> bool:
    return bool(db.scalar(select(exists().where(ScoreMark.part_id == part_id))))


def add_part(actor: Actor, seat_id: UUID, details: PartDetails) -> UUID:
    """Add a part to the score of a class. Raises NotFound, Forbidden, MarksMissing, PassAboveFull."""
    check_part(details)
    with transaction() as db:
        campus_id = _campus_of(db, actor, seat_id)
        row = ScorePart(campus_id=campus_id, seat_id=seat_id, **_flat(details))
        db.add(row)
        db.flush()
        record(actor, f"{_PART}.added", _PART, row.id, campus_id=campus_id, new=_flat(details))
        return row.id


def change_part(actor: Actor, part_id: UUID, version: int, details: PartDetails) -> None:
    """Change a part. Once marks are given, what they mean stays.

    Raises NotFound, Forbidden, Stale, MarksMissing, PassAboveFull, MarksGiven.
    """
    check_part(details)
    with transaction() as db:
        row = _held(db, actor, part_id, version)
        before = details_of(row)
        meaning = (before.kind, before.full_marks, before.criteria)
        if meaning != (details.kind, details.full_marks, details.criteria) and _has_marks(db, part_id):
            raise MarksGiven
        for name, value in _flat(details).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        db.flush()
        record_change(
            actor,
            f"{_PART}.changed",
            _PART,
            row.id,
            old=_flat(before),
            new=_flat(details),
            campus_id=row.campus_id,
        )


def remove_part(actor: Actor, part_id: UUID) -> None:
    """Remove a part nobody has used. Raises NotFound, Forbidden, PartInUse."""
    with transaction() as db:
        row = _held(db, actor, part_id)
        if _has_marks(db, part_id) or db.scalar(select(exists().where(ScoreSlot.part_id == part_id))):
            raise PartInUse
        campus_id, told = row.campus_id, _flat(details_of(row))
        db.delete(row)
        db.flush()
        record(actor, f"{_PART}.removed", _PART, part_id, campus_id=campus_id, old=told)


def set_ties(actor: Actor, seat_id: UUID, version: int, rules: Sequence[TieRule]) -> None:
    """Say what sets equal scores of a class apart, the first rule first. `version` 0 where none are set yet.

    A rule that is named twice counts once. Raises NotFound, Forbidden, Stale; NotFound also for another class's part.
    """
    with transaction() as db:
        campus_id = _campus_of(db, actor, seat_id)
        known = {part.id for part in list_parts(seat_id)}
        if any(rule.part_id is not None and rule.part_id not in known for rule in rules):
            raise NotFound
        row = db.scalars(
            select(ScoreTies).where(ScoreTies.seat_id == seat_id),
            execution_options={"populate_existing": True},
        ).one_or_none()
        if version != (row.version if row else 0):
            raise Stale
        texts = list(dict.fromkeys(rule.text for rule in rules))
        before = list(row.rules) if row else []
        if row is None:
            row = ScoreTies(campus_id=campus_id, seat_id=seat_id)
            db.add(row)
        if texts != before:
            row.rules = texts
        db.flush()
        record_change(
            actor,
            f"{_PART}.ties",
            _PART,
            row.id,
            old={"ties": before},
            new={"ties": texts},
            campus_id=campus_id,
        )


def copy_score(from_seat_id: UUID, to_seat_id: UUID, campus_id: UUID) -> None:
    """Let a class of a copied cycle be scored as the one it was copied from. People, times and marks are not copied.

    A part of the caller's transaction, which has found both.
    """
    with transaction() as db:
        copies: dict[str, str] = {}
        for part in list_parts(from_seat_id):
            row = ScorePart(campus_id=campus_id, seat_id=to_seat_id, **_flat(part.details))
            db.add(row)
            db.flush()
            copies[str(part.id)] = str(row.id)
        rules = [
            rule.text.replace(str(rule.part_id), copies.get(str(rule.part_id), ""))
            for rule in get_ties(from_seat_id).rules
        ]
        if rules:
            db.add(ScoreTies(campus_id=campus_id, seat_id=to_seat_id, rules=rules))


def set_markers(
    actor: Actor, part_id: UUID, version: int, markers: Collection[UUID], third: Collection[UUID]
) -> None:
    """Name who marks a part, and who looks a third time. Marks that were given stay and count.

    Raises NotFound, Forbidden, Stale; NotFound also for an account that may not mark at the campus.
    """
    with transaction() as db:
        row = _held(db, actor, part_id, version)
        allowed = {user_id for user_id, _ in list_users_who_may(Permission.APPLICATIONS_SCORE, row.campus_id)}
        wanted = dict.fromkeys(markers, False) | {
            user_id: True for user_id in third if user_id not in markers
        }
        kept = {
            each.user_id: each.is_third
            for each in db.scalars(select(ScoreMarker).where(ScoreMarker.part_id == part_id))
        }
        if not set(wanted) <= allowed | set(kept):
            raise NotFound
        if wanted == kept:
            return
        db.execute(delete(ScoreMarker).where(ScoreMarker.part_id == part_id))
        for user_id, is_third in wanted.items():
            db.add(ScoreMarker(part_id=part_id, user_id=user_id, is_third=is_third))
        row.updated_at = clock.now()  # the row itself stays as it is, and its version would too
        db.flush()
        record_change(
            actor,
            f"{_PART}.markers",
            _PART,
            part_id,
            old={"people": [who for who, is_third in kept.items() if not is_third], "third": _third(kept)},
            new={
                "people": [who for who, is_third in wanted.items() if not is_third],
                "third": _third(wanted),
            },
            campus_id=row.campus_id,
        )


def _third(people: dict[UUID, bool]) -> list[UUID]:
    return [who for who, is_third in people.items() if is_third]


# --- marks


def save_marks(actor: Actor, part_id: UUID, sent: Sequence[SentMark]) -> int:
    """Store the marks of a page in the name of who marks the part. Returns how many changed.

    All of them or none. What stands there already is passed over, whoever wrote it, and so is who has withdrawn or
    was decided on since the page was opened. Raises NotFound, also for applicants whom the actor does not mark, and
    StaleMarks with those that somebody changed in the meantime.
    """
    with transaction() as db:
        db.execute(select(ScorePart.id).where(ScorePart.id == part_id).with_for_update())
        part, own_id = get_part_to_mark(actor, part_id)
        asked = set(sheet_applicants(part, own_id))
        gone = {each.application_id for each in sent} - asked
        if gone and gone != _left_class(db, part.seat_id, gone):
            raise NotFound
        return _store(db, actor, part, own_id, [each for each in sent if each.application_id in asked])


def _left_class(db: Session, seat_id: UUID, application_ids: Collection[UUID]) -> set[UUID]:
    """Which of these applications are for a class and can be given no seat of it any more."""
    return set(
        db.scalars(
            select(Application.id)
            .join(
                AdmissionSeat,
                (AdmissionSeat.cycle_id == Application.cycle_id)
                & (AdmissionSeat.class_id == Application.class_id),
            )
            .where(
                AdmissionSeat.id == seat_id,
                Application.id.in_(application_ids),
                Application.status.not_in(RANKABLE),
            )
        )
    )


def _store(db: Session, actor: Actor, part: PartView, own_id: UUID | None, sent: Sequence[SentMark]) -> int:
    rows = {
        row.application_id: row
        for row in db.scalars(
            select(ScoreMark).where(
                ScoreMark.part_id == part.id,
                ScoreMark.user_id.is_not_distinct_from(own_id),
                ScoreMark.application_id.in_([each.application_id for each in sent]),
            ),
            execution_options={"populate_existing": True},
        )
    }
    changed = [each for each in sent if _differs(rows.get(each.application_id), each.answer)]
    stale = [each for each in changed if each.version != _version(rows.get(each.application_id))]
    if stale:
        raise StaleMarks([each.application_id for each in stale])
    old = {str(each.application_id): _told(rows.get(each.application_id)) for each in changed}
    for each in changed:
        _put(db, part, own_id, rows.get(each.application_id), each)
    db.flush()
    new = {str(each.application_id): _mark_text(each.answer) for each in changed}
    if changed:
        record(actor, f"{_PART}.marked", _PART, part.id, campus_id=part.campus_id, old=old, new=new)
    return len(changed)


def _version(row: ScoreMark | None) -> int:
    return row.version if row else 0


def _differs(row: ScoreMark | None, answer: Answer | None) -> bool:
    if row is None or answer is None:
        return (row is None) != (answer is None)
    points = [str(each) for each in answer.points] or None
    return (row.mark, row.is_absent, row.points) != (answer.mark, answer.absent, points)


def _told(row: ScoreMark | None) -> str:
    return _mark_text(Answer(row.mark, row.is_absent) if row else None)


def _mark_text(answer: Answer | None) -> str:
    if answer is None:
        return ""
    return "absent" if answer.mark is None else str(answer.mark)


def _put(db: Session, part: PartView, own_id: UUID | None, row: ScoreMark | None, sent: SentMark) -> None:
    if sent.answer is None:
        if row is not None:
            db.delete(row)
        return
    if row is None:
        row = ScoreMark(part_id=part.id, application_id=sent.application_id, user_id=own_id)
        db.add(row)
    row.mark, row.is_absent = sent.answer.mark, sent.answer.absent
    row.points = [str(each) for each in sent.answer.points] or None


def import_marks(actor: Actor, part_id: UUID, rows: Sequence[ImportRow], seen: str) -> int:
    """Store the marks of a file as the office's. Returns how many changed.

    `seen` is `import_mark` of what the actor looked at. Raises NotFound, Forbidden, MarkedByPeople, ImportMoved.
    """
    with transaction() as db:
        _held(db, actor, part_id)
        part = get_part(actor, part_id, Permission.APPLICATIONS_DECIDE)
        if part.markers:
            raise MarkedByPeople
        lines = look_at_import(part, rows)
        if import_mark(lines) != seen:
            raise ImportMoved
        sent = [
            SentMark(line.application_id, line.version, line.row.answer)
            for line in lines
            if line.changes and line.application_id
        ]
        return _store(db, actor, part, None, sent)


# --- slots and seats


def _check_slot(details: SlotDetails) -> None:
    if details.ends_at <= details.starts_at:
        raise EndsBeforeItStarts


def add_slot(actor: Actor, part_id: UUID, details: SlotDetails) -> UUID:
    """Add a time and place to a test or viva. Raises NotFound, Forbidden, EndsBeforeItStarts."""
    _check_slot(details)
    with transaction() as db:
        part = _held(db, actor, part_id)
        if part.kind not in SEATED:
            raise NotFound
        row = ScoreSlot(campus_id=part.campus_id, part_id=part_id, **_flat_slot(details))
        db.add(row)
        db.flush()
        record(
            actor, f"{_PART}.slot_added", _PART, part_id, campus_id=part.campus_id, new=_flat_slot(details)
        )
        return row.id


def _flat_slot(details: SlotDetails) -> dict[str, Any]:
    return {each.name: getattr(details, each.name) for each in fields(details)}


def _slot(db: Session, part_id: UUID, slot_id: UUID) -> ScoreSlot:
    row = db.scalars(
        select(ScoreSlot).where(ScoreSlot.id == slot_id, ScoreSlot.part_id == part_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def change_slot(
    actor: Actor, part_id: UUID, slot_id: UUID, version: int, details: SlotDetails, status_link: LinkTo
) -> None:
    """Change a slot. Whoever sits in it is told where time or place change.

    Raises NotFound, Forbidden, Stale, EndsBeforeItStarts, SeatsInUse.
    """
    _check_slot(details)
    with transaction() as db:
        part = _held(db, actor, part_id)
        row = _slot(db, part_id, slot_id)
        if row.version != version:
            raise Stale
        sittings = list(db.scalars(select(ScoreSitting).where(ScoreSitting.slot_id == slot_id)))
        highest = max((each.seat_number for each in sittings), default=0)
        if details.seats < highest:
            raise SeatsInUse(seat=highest)
        before = slot_details_of(row)
        for name, value in _flat_slot(details).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        db.flush()
        if (before.starts_at, before.ends_at, before.place) != (
            details.starts_at,
            details.ends_at,
            details.place,
        ):
            _tell(db, part, {row.id: details}, sittings, status_link)
        record_change(
            actor,
            f"{_PART}.slot_changed",
            _PART,
            part_id,
            old=_flat_slot(before),
            new=_flat_slot(details),
            campus_id=part.campus_id,
        )


def remove_slot(actor: Actor, part_id: UUID, slot_id: UUID) -> None:
    """Remove a slot in which nobody sits. Raises NotFound, Forbidden, SlotInUse."""
    with transaction() as db:
        part = _held(db, actor, part_id)
        row = _slot(db, part_id, slot_id)
        if db.scalar(select(exists().where(ScoreSitting.slot_id == slot_id))):
            raise SlotInUse
        told = _flat_slot(slot_details_of(row))
        db.delete(row)
        db.flush()
        record(actor, f"{_PART}.slot_removed", _PART, part_id, campus_id=part.campus_id, old=told)


def give_seats(actor: Actor, part_id: UUID, status_link: LinkTo) -> Seating:
    """Give everybody without a seat the next free one, in the order of references, and tell the families.

    A second time gives nothing to who has a seat: twice is once. The part is held meanwhile, so that two officers at
    once fill one after the other. Raises NotFound, Forbidden.
    """
    with transaction() as db:
        row = _held(db, actor, part_id)
        if row.kind not in SEATED:
            raise NotFound
        part = get_part(actor, part_id)
        slots, waiting = list_slots(part_id), unseated(part)
        taken: dict[UUID, set[int]] = {slot.id: set() for slot in slots}
        for slot_id, number in db.execute(
            select(ScoreSitting.slot_id, ScoreSitting.seat_number).where(ScoreSitting.part_id == part_id)
        ):
            taken[slot_id].add(number)
        made = [
            ScoreSitting(part_id=part_id, application_id=who, slot_id=slot_id, seat_number=number)
            for who, slot_id, number in fill_seats(slots, taken, waiting)
        ]
        db.add_all(made)
        db.flush()
        _tell(db, row, {slot.id: slot.details for slot in slots}, made, status_link)
        if made:
            record(
                actor, f"{_PART}.seated", _PART, part_id, campus_id=row.campus_id, new={"given": len(made)}
            )
        return Seating(len(made), len(waiting) - len(made))


def move_seat(
    actor: Actor,
    part_id: UUID,
    application_id: UUID,
    version: int,
    slot_id: UUID,
    seat: int | None,
    status_link: LinkTo,
) -> int:
    """Put an applicant on a seat by hand, the first free one where none is named, and tell the family.

    Returns the seat. Raises NotFound, Forbidden, Stale, SlotFull, SeatTaken.
    """
    with transaction() as db:
        row = _held(db, actor, part_id)
        slot = _slot(db, part_id, slot_id)
        now = get_sitting(get_part(actor, part_id), application_id)
        if now.version != version:
            raise Stale
        if now.slot_id == slot_id and seat in (None, now.seat):
            return now.seat or 0
        taken = set(db.scalars(select(ScoreSitting.seat_number).where(ScoreSitting.slot_id == slot_id)))
        free = [number for number in range(1, slot.seats + 1) if number not in taken]
        if not free and (seat is None or now.slot_id != slot_id):
            raise SlotFull
        if seat is not None and seat not in free:
            raise SeatTaken
        sitting = db.scalars(
            select(ScoreSitting).where(
                ScoreSitting.part_id == part_id, ScoreSitting.application_id == application_id
            ),
            execution_options={"populate_existing": True},
        ).one_or_none() or ScoreSitting(part_id=part_id, application_id=application_id)
        sitting.slot_id, sitting.seat_number = slot_id, seat or free[0]
        db.add(sitting)
        db.flush()
        _tell(db, row, {slot.id: slot_details_of(slot)}, [sitting], status_link)
        record(
            actor,
            f"{_PART}.moved",
            _PART,
            part_id,
            campus_id=row.campus_id,
            old={"slot": now.slot_id, "seat": now.seat},
            new={"slot": slot_id, "seat": sitting.seat_number, "reference": now.reference},
        )
        return sitting.seat_number


def _tell(
    db: Session,
    part: ScorePart,
    slots: dict[UUID, SlotDetails],
    sittings: Sequence[ScoreSitting],
    status_link: LinkTo,
) -> None:
    """Write to the families of some seats: by mail, or to the phone where there is no address. Who has withdrawn or
    was decided on is expected nowhere any more.

    Texts to one phone wait for each other: two acts at once meet the phones in one order.
    """
    seats = {each.application_id: each for each in sittings}
    rows = select(Application).where(Application.id.in_(list(seats)), Application.status.in_(RANKABLE))
    for row in db.scalars(rows.order_by(Application.phone, Application.id)):
        sitting, reference = seats[row.id], row.reference or ""
        slot, link = slots[sitting.slot_id], status_link(row.locale, reference)
        facts = facts_of(row.locale, part.name, slot, sitting.seat_number)
        letter = slot_letter(row.locale, facts, child_of(row), reference, link)
        text = slot_text(row.locale, facts, reference, link)
        tell_family(row, "application.slot", letter, text, link=link, **facts)


# --- the merit list


def publish_merit(actor: Actor, seat_id: UUID, shift: Shift | None) -> UUID:
    """Put the merit list as it stands now into force as the order of the class. Returns the key of the ranking.

    Raises NotFound, Forbidden, StillMarking, and what `publish_ranking` raises.
    """
    with transaction():
        merit = get_merit(actor, seat_id, shift)
        details = {part.id: part.details for part in merit.parts}
        method = merit.place.method if merit.place.method in (Method.TEST, Method.MERIT) else Method.MERIT
        order = [Ranked(line.application_id, working_of(line, details)) for line in merit.order.lines]
        return publish_ranking(actor, seat_id, shift, method, order)
