"""Reads of scores.

Nobody who marks a part reads what others gave an applicant before giving their own mark: the statements of the
sheet leave those rows out, and whatever shows marks of many (the merit list, the record) asks first whether the
reader still has marks to give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import aliased

from app.domain.academics.queries import class_labels
from app.domain.academics.types import Shift
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.rankings.queries import applicants_of, find_ranking, list_ranks, ranked_elsewhere
from app.domain.admissions.rankings.rules import RANKABLE
from app.domain.admissions.scores.models import (
    ScoreMark,
    ScoreMarker,
    ScorePart,
    ScoreSitting,
    ScoreSlot,
    ScoreTies,
)
from app.domain.admissions.scores.rules import awaits, is_disputed, parse_tie, rank, settle, working_of
from app.domain.admissions.scores.types import (
    Answer,
    ClassView,
    Criterion,
    Entrant,
    ImportLine,
    ImportRow,
    MarksOfPart,
    MeritOrder,
    MeritPerson,
    MeritView,
    MyPart,
    Outcome,
    PartDetails,
    PartView,
    Sheet,
    SheetLine,
    SittingLine,
    SittingView,
    SlotDetails,
    SlotOfApplicant,
    SlotView,
    Standing,
    StillMarking,
    TieOrder,
)
from app.domain.admissions.types import ApplicationView
from app.domain.kernel import clock
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.paging import Page
from app.domain.kernel.texts import LocalText
from app.uow import session

SHEET_SIZE = 40
MERIT_SIZE = 100

_NAMES = (Application.child_name_en, Application.child_name_bn, Application.child_name_ar)

Answers = dict[UUID | None, Answer]


def _name(en: str | None, bn: str | None, ar: str | None) -> LocalText:
    return LocalText(en or "", bn or "", ar or "")


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The parts of campuses where the actor holds the permission."""
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else ScorePart.campus_id.in_(campuses)


# --- classes, parts, rules for ties


def get_class(
    actor: Actor, seat_id: UUID, permission: Permission = Permission.APPLICATIONS_READ
) -> ClassView:
    """A class of a cycle of the actor's campuses. Raises NotFound."""
    campuses = actor.campuses_for(permission)
    reached = true() if campuses is ALL else AdmissionCycle.campus_id.in_(campuses)
    row = (
        session()
        .execute(
            select(AdmissionSeat.class_id, AdmissionCycle.id, AdmissionCycle.campus_id, AdmissionCycle.method)
            .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
            .where(AdmissionSeat.id == seat_id, reached)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    class_id, cycle_id, campus_id, method = row
    return ClassView(seat_id, cycle_id, campus_id, class_id, class_labels([class_id])[class_id].name, method)


def details_of(row: ScorePart) -> PartDetails:
    """What may be edited of a part."""
    return PartDetails(
        name=row.name,
        kind=row.kind,
        full_marks=row.full_marks,
        weight=row.weight,
        pass_mark=row.pass_mark,
        apart=row.apart,
        position=row.position,
        criteria=tuple(Criterion(each["name"], Decimal(each["most"])) for each in row.criteria),
    )


def _parts(*conditions: ColumnElement[bool]) -> list[PartView]:
    rows = list(
        session().scalars(
            select(ScorePart)
            .where(*conditions)
            .order_by(ScorePart.position, ScorePart.created_at, ScorePart.id)
        )
    )
    people: dict[UUID, dict[bool, set[UUID]]] = defaultdict(lambda: {True: set(), False: set()})
    if rows:
        for part_id, user_id, is_third in session().execute(
            select(ScoreMarker.part_id, ScoreMarker.user_id, ScoreMarker.is_third).where(
                ScoreMarker.part_id.in_([row.id for row in rows])
            )
        ):
            people[part_id][is_third].add(user_id)
    return [
        PartView(
            row.id,
            row.campus_id,
            row.seat_id,
            row.version,
            details_of(row),
            frozenset(people[row.id][False]),
            frozenset(people[row.id][True]),
        )
        for row in rows
    ]


def list_parts(seat_id: UUID) -> list[PartView]:
    """The parts of the score of a class that the caller has found, in their order."""
    return _parts(ScorePart.seat_id == seat_id)


def get_part(actor: Actor, part_id: UUID, permission: Permission = Permission.APPLICATIONS_READ) -> PartView:
    """A part at the actor's campuses. Raises NotFound."""
    found = _parts(ScorePart.id == part_id, within(actor, permission))
    if not found:
        raise NotFound
    return found[0]


def get_ties(seat_id: UUID) -> TieOrder:
    """The rules for equal scores of a class that the caller has found."""
    row = session().scalars(select(ScoreTies).where(ScoreTies.seat_id == seat_id)).one_or_none()
    if row is None:
        return TieOrder((), 0)
    rules = (parse_tie(text) for text in row.rules)
    return TieOrder(tuple(rule for rule in rules if rule), row.version)


# --- marks


def _answer(row: ScoreMark) -> Answer:
    return Answer(row.mark, row.is_absent, tuple(Decimal(each) for each in row.points or ()))


def answers_of(
    part_ids: Collection[UUID], *conditions: ColumnElement[bool]
) -> dict[UUID, dict[UUID, Answers]]:
    """Every mark of some parts: by part, applicant and who gave it. For rules, never to be shown as it is."""
    found: dict[UUID, dict[UUID, Answers]] = {part_id: {} for part_id in part_ids}
    if part_ids:
        # Columns and no objects: a large class has ten thousand marks.
        rows = session().execute(
            select(
                ScoreMark.part_id,
                ScoreMark.application_id,
                ScoreMark.user_id,
                ScoreMark.mark,
                ScoreMark.is_absent,
            ).where(ScoreMark.part_id.in_(list(part_ids)), *conditions)
        )
        for part_id, application_id, user_id, mark, is_absent in rows:
            found[part_id].setdefault(application_id, {})[user_id] = Answer(mark, is_absent)
    return found


def applicant_ids(seat_id: UUID) -> list[UUID]:
    """Whoever can be ranked for a class, by reference."""
    statement = applicants_of(seat_id, None).with_only_columns(Application.id)
    return list(session().scalars(statement.order_by(Application.reference)))


def _left(
    user_id: UUID, part: PartView, applicants: Iterable[UUID], answers: Mapping[UUID, Answers]
) -> list[UUID]:
    """The applicants whom somebody still has to mark in a part."""
    return [
        key
        for key in applicants
        if awaits(user_id, answers.get(key, {}), part.markers, part.third, part.details.apart)
    ]


def count_left(actor: Actor, seat_id: UUID, parts: Collection[PartView]) -> int:
    """How many marks of a class the actor still has to give."""
    mine = [part for part in parts if actor.user_id in part.markers | part.third]
    if not mine or actor.user_id is None:
        return 0
    applicants, answers = applicant_ids(seat_id), answers_of([part.id for part in mine])
    return sum(len(_left(actor.user_id, part, applicants, answers[part.id])) for part in mine)


def ensure_has_marked(actor: Actor, seat_id: UUID, parts: Collection[PartView]) -> None:
    """Raises StillMarking for somebody who has marks of the class to give: even the order tells of others' marks."""
    if count_left(actor, seat_id, parts):
        raise StillMarking


def list_my_parts(actor: Actor) -> list[MyPart]:
    """The parts that the actor marks, each with how many marks are left to give."""
    mine = _parts(
        within(actor, Permission.APPLICATIONS_SCORE),
        ScorePart.id.in_(select(ScoreMarker.part_id).where(ScoreMarker.user_id == actor.user_id)),
    )
    if not mine or actor.user_id is None:
        return []
    seats = {part.seat_id for part in mine}
    applicants: dict[UUID, list[UUID]] = defaultdict(list)
    for seat_id, key in session().execute(
        select(AdmissionSeat.id, Application.id)
        .join(
            AdmissionSeat,
            (AdmissionSeat.cycle_id == Application.cycle_id)
            & (AdmissionSeat.class_id == Application.class_id),
        )
        .where(AdmissionSeat.id.in_(seats), Application.status.in_(RANKABLE))
    ):
        applicants[seat_id].append(key)
    names = _class_names(seats)
    answers = answers_of([part.id for part in mine])
    found = []
    for part in mine:
        asked = applicants[part.seat_id]
        left = _left(actor.user_id, part, asked, answers[part.id])
        given = sum(1 for key in asked if actor.user_id in answers[part.id].get(key, {}))
        found.append(MyPart(part, names[part.seat_id], len(left), len(left) + given))
    return found


def _class_names(seat_ids: Collection[UUID]) -> dict[UUID, LocalText]:
    rows = session().execute(
        select(AdmissionSeat.id, AdmissionSeat.class_id).where(AdmissionSeat.id.in_(list(seat_ids)))
    )
    classes: dict[UUID, UUID] = {row[0]: row[1] for row in rows}
    labels = class_labels(set(classes.values()))
    return {seat_id: labels[class_id].name for seat_id, class_id in classes.items()}


def get_part_to_mark(actor: Actor, part_id: UUID) -> tuple[PartView, UUID | None]:
    """A part that the actor marks, and in whose name: their own, or the office's (None).

    The office marks what nobody is named for. Raises NotFound for everybody else.
    """
    part = get_part(actor, part_id, Permission.APPLICATIONS_SCORE)
    if actor.user_id in part.markers | part.third:
        return part, actor.user_id
    if not part.markers and actor.may(Permission.APPLICATIONS_DECIDE, part.campus_id):
        return part, None
    raise NotFound


def get_sheet(actor: Actor, part_id: UUID, number: int) -> Sheet:
    """Page `number` of the applicants whom the actor marks in a part, by reference. Raises NotFound.

    Of others' marks it holds those of applicants to whom the actor has given one.
    """
    part, own_id = get_part_to_mark(actor, part_id)
    asked = sheet_applicants(part, own_id)
    shown = asked[(number - 1) * SHEET_SIZE : number * SHEET_SIZE]
    own, others = _visible_marks(part.id, own_id, shown)
    people = {
        row[0]: row
        for row in session().execute(
            select(Application.id, Application.reference, *_NAMES).where(Application.id.in_(shown))
        )
    }
    lines = [
        SheetLine(
            key,
            people[key][1] or "",
            _name(*people[key][2:5]),
            _answer(own[key]) if key in own else None,
            own[key].version if key in own else 0,
            tuple(others.get(key, ())),
        )
        for key in shown
    ]
    cycle_id = session().scalar(select(AdmissionSeat.cycle_id).where(AdmissionSeat.id == part.seat_id))
    given = session().scalars(
        select(ScoreMark.application_id).where(
            ScoreMark.part_id == part.id, ScoreMark.user_id.is_not_distinct_from(own_id)
        )
    )
    return Sheet(
        part=part,
        class_name=_class_names([part.seat_id])[part.seat_id],
        cycle_id=cycle_id or part.seat_id,
        lines=Page(lines, number, SHEET_SIZE, len(asked)),
        left=len(set(asked) - set(given)),
    )


def sheet_applicants(part: PartView, own_id: UUID | None) -> list[UUID]:
    """Whom somebody marks in a part, by reference: everybody, or whose marks differ too much."""
    everybody = applicant_ids(part.seat_id)
    if own_id is None or own_id in part.markers:
        return everybody
    answers = answers_of([part.id])[part.id]
    return [key for key in everybody if is_disputed(answers.get(key, {}), part.third, part.details.apart)]


def _visible_marks(
    part_id: UUID, own_id: UUID | None, applicants: Collection[UUID]
) -> tuple[dict[UUID, ScoreMark], dict[UUID, list[Answer]]]:
    """The reader's own marks, and those of others where there is one of the reader's own beside them."""
    mine = aliased(ScoreMark)
    beside = exists().where(
        mine.part_id == part_id,
        mine.application_id == ScoreMark.application_id,
        mine.user_id.is_not_distinct_from(own_id),
    )
    rows = session().scalars(
        select(ScoreMark)
        .where(ScoreMark.part_id == part_id, ScoreMark.application_id.in_(list(applicants)), beside)
        .order_by(ScoreMark.created_at, ScoreMark.id)
    )
    own: dict[UUID, ScoreMark] = {}
    others: dict[UUID, list[Answer]] = defaultdict(list)
    for row in rows:
        if row.user_id == own_id:
            own[row.application_id] = row
        else:
            others[row.application_id].append(_answer(row))
    return own, others


def look_at_import(part: PartView, rows: Collection[ImportRow]) -> list[ImportLine]:
    """What an import into a part that the caller has found would do, line by line; nothing is written."""
    applicants = applicants_of(part.seat_id, None).with_only_columns(
        Application.reference, Application.id, *_NAMES
    )
    wanted = {row.reference for row in rows}
    people = {row[0]: row for row in session().execute(applicants.where(Application.reference.in_(wanted)))}
    marks = {
        row.application_id: row
        for row in session().scalars(
            select(ScoreMark).where(ScoreMark.part_id == part.id, ScoreMark.user_id.is_(None))
        )
    }
    lines = []
    for row in rows:
        person = people.get(row.reference)
        if person is None:
            lines.append(ImportLine(row))
            continue
        mark = marks.get(person[1])
        lines.append(
            ImportLine(
                row,
                _name(*person[2:5]),
                person[1],
                _answer(mark) if mark else None,
                mark.version if mark else 0,
            )
        )
    return lines


def marks_of(actor: Actor, application: ApplicationView) -> list[MarksOfPart]:
    """The marks of an application that the caller has found, part by part.

    Those of a part that the reader still has to mark are left out.
    """
    parts = _parts(
        ScorePart.seat_id.in_(
            select(AdmissionSeat.id).where(
                AdmissionSeat.cycle_id == application.cycle_id, AdmissionSeat.class_id == application.class_id
            )
        )
    )
    if not parts:
        return []
    answers = answers_of([part.id for part in parts], ScoreMark.application_id == application.id)
    found = []
    given_by = {who for part in parts for who in answers[part.id].get(application.id, {}) if who}
    names = list_user_names(given_by)
    for part in parts:
        given = answers[part.id].get(application.id, {})
        outcome = settle(given, part.markers, part.third, part.details.apart)
        asked = actor.user_id in part.markers or (
            actor.user_id in part.third and (outcome.standing is Standing.WAITING or outcome.apart)
        )
        hidden = asked and actor.user_id not in given
        found.append(
            MarksOfPart(
                part,
                Outcome(Standing.WAITING) if hidden else outcome,
                ()
                if hidden
                else tuple((names.get(who) if who else None, each) for who, each in given.items()),
                hidden,
            )
        )
    return found


# --- the merit list


def get_merit(actor: Actor, seat_id: UUID, shift: Shift | None) -> MeritView:
    """The merit list of a class, or of one shift of it, worked out from the marks as they are now.

    Raises NotFound, StillMarking.
    """
    place = get_class(actor, seat_id)
    parts = list_parts(seat_id)
    ensure_has_marked(actor, seat_id, parts)
    ties = get_ties(seat_id).rules
    rows = [tuple(row) for row in session().execute(_rankable(seat_id, shift))]
    answers = answers_of([part.id for part in parts])
    entrants = [
        Entrant(
            key,
            reference or "",
            born_on,
            sent_at,
            {
                part.id: settle(answers[part.id].get(key, {}), part.markers, part.third, part.details.apart)
                for part in parts
            },
        )
        for key, reference, born_on, sent_at, *_ in rows
    ]
    order = rank({part.id: part.details for part in parts}, ties, entrants)
    published = find_ranking(seat_id, shift)
    return MeritView(
        place=place,
        shift=shift,
        parts=tuple(parts),
        ties=ties,
        order=order,
        people={row[0]: MeritPerson(row[1] or "", _name(*row[4:7])) for row in rows},
        apart={each.application_id for each in entrants if any(one.apart for one in each.outcomes.values())},
        published_at=published.published_at if published else None,
        is_published_so=published is not None
        and _is_published(published.id, order, parts, {each.application_id for each in entrants}),
    )


def _rankable(seat_id: UUID, shift: Shift | None) -> Select[*tuple[Any, ...]]:
    """Who can be ranked: not who has a place in the order of another shift already."""
    return (
        applicants_of(seat_id, shift)
        .where(Application.id.not_in(ranked_elsewhere(seat_id, shift)))
        .with_only_columns(
            Application.id,
            Application.reference,
            Application.born_on,
            func.coalesce(Application.submitted_at, Application.created_at),
            *_NAMES,
        )
    )


def _is_published(
    ranking_id: UUID, order: MeritOrder, parts: Collection[PartView], rankable: Collection[UUID]
) -> bool:
    """Whether the order in force names those who still wait in this order, with this working."""
    details = {part.id: part.details for part in parts}
    published = [
        (line.application_id, dict(line.working))
        for line in list_ranks(ranking_id)
        if line.application_id in rankable
    ]
    return published == [(line.application_id, working_of(line, details)) for line in order.lines]


# --- slots and seats


def slot_details_of(row: ScoreSlot) -> SlotDetails:
    """What may be edited of a slot."""
    return SlotDetails(row.starts_at, row.ends_at, row.place, row.seats)


def list_slots(part_id: UUID) -> list[SlotView]:
    """The slots of a part that the caller has found, the earliest first, with how many seats are given."""
    taken = (
        select(func.count())
        .where(ScoreSitting.slot_id == ScoreSlot.id)
        .correlate(ScoreSlot)
        .scalar_subquery()
    )
    rows = session().execute(
        select(ScoreSlot, taken)
        .where(ScoreSlot.part_id == part_id)
        .order_by(ScoreSlot.starts_at, ScoreSlot.created_at, ScoreSlot.id)
    )
    return [SlotView(row.id, row.part_id, row.version, slot_details_of(row), count) for row, count in rows]


def get_slot(part_id: UUID, slot_id: UUID) -> SlotView:
    """A slot of a part that the caller has found. Raises NotFound."""
    found = next((slot for slot in list_slots(part_id) if slot.id == slot_id), None)
    if found is None:
        raise NotFound
    return found


def list_sittings(slot_id: UUID) -> list[SittingLine]:
    """Who sits in a slot that the caller has found, by seat."""
    rows = session().execute(
        select(Application.id, Application.reference, *_NAMES, Application.status, ScoreSitting.seat_number)
        .join(Application, Application.id == ScoreSitting.application_id)
        .where(ScoreSitting.slot_id == slot_id)
        .order_by(ScoreSitting.seat_number)
    )
    return [SittingLine(row[0], row[1] or "", _name(*row[2:5]), row[5], row[6]) for row in rows]


def unseated(part: PartView) -> list[UUID]:
    """Who has no seat in a part yet, by reference."""
    seated = select(ScoreSitting.application_id).where(ScoreSitting.part_id == part.id)
    statement = applicants_of(part.seat_id, None).where(Application.id.not_in(seated))
    return list(
        session().scalars(statement.with_only_columns(Application.id).order_by(Application.reference))
    )


def get_sitting(part: PartView, application_id: UUID) -> SittingView:
    """Where an applicant of a part sits, or that it has no seat yet. Raises NotFound."""
    row = (
        session()
        .execute(
            applicants_of(part.seat_id, None)
            .with_only_columns(
                Application.reference,
                *_NAMES,
                ScoreSitting.slot_id,
                ScoreSitting.seat_number,
                ScoreSitting.version,
            )
            .outerjoin(
                ScoreSitting,
                (ScoreSitting.application_id == Application.id) & (ScoreSitting.part_id == part.id),
            )
            .where(Application.id == application_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return SittingView(application_id, row[0] or "", _name(*row[1:4]), row[4], row[5], row[6] or 0)


def list_slots_of(application_id: UUID) -> list[SlotOfApplicant]:
    """When and where the child of an application that the caller has found is expected, in the order of time.

    Nothing once the application is decided or withdrawn.
    """
    rows = session().execute(
        select(ScorePart.name, ScorePart.kind, ScoreSlot, ScoreSitting.seat_number)
        .join(ScoreSlot, ScoreSlot.id == ScoreSitting.slot_id)
        .join(ScorePart, ScorePart.id == ScoreSitting.part_id)
        .join(Application, Application.id == ScoreSitting.application_id)
        .where(ScoreSitting.application_id == application_id, Application.status.in_(RANKABLE))
        .order_by(ScoreSlot.starts_at)
    )
    return [
        SlotOfApplicant(name, kind, slot.starts_at, slot.ends_at, slot.place, str(seat))
        for name, kind, slot, seat in rows
    ]


def slot_of(application_id: UUID, now: datetime | None = None) -> SlotOfApplicant | None:
    """The next slot of an application that the caller has found; the last one where all are over."""
    slots = list_slots_of(application_id)
    moment = now or clock.now()
    return next((slot for slot in slots if slot.ends_at >= moment), slots[-1] if slots else None)
