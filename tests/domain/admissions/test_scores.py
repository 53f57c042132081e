"""A class is tested, marked by several who do not see each other's marks, seated, and ranked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import new_id
from app.domain.academics.services import add_year
from app.domain.academics.types import YearDetails
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import copy_cycle, remove_cycle
from app.domain.admissions.models import Application
from app.domain.admissions.queries import get_application
from app.domain.admissions.rankings.queries import find_ranking, list_ranks
from app.domain.admissions.scores.models import ScoreMark, ScoreSitting
from app.domain.admissions.scores.queries import (
    get_merit,
    get_part,
    get_sheet,
    get_sitting,
    get_ties,
    list_my_parts,
    list_parts,
    list_slots,
    list_slots_of,
    look_at_import,
    marks_of,
    slot_of,
)
from app.domain.admissions.scores.rules import import_mark, read_rows
from app.domain.admissions.scores.services import (
    add_part,
    add_slot,
    change_part,
    change_slot,
    give_seats,
    import_marks,
    move_seat,
    publish_merit,
    remove_part,
    save_marks,
    set_markers,
    set_ties,
)
from app.domain.admissions.scores.types import (
    Answer,
    ImportMoved,
    MarkedByPeople,
    MarksGiven,
    PartDetails,
    PartInUse,
    PartKind,
    PassAboveFull,
    SeatsInUse,
    SeatTaken,
    SentMark,
    SlotDetails,
    SlotFull,
    StaleMarks,
    StillMarking,
    TieBy,
    TieRule,
)
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.ids import hash_token
from app.domain.kernel.references import make_reference
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.uow import session, transaction
from tests.support.applications import link_to, seat_of
from tests.support.cast import CAST, Cast

D = Decimal
TEST = PartDetails(LocalText("Written test", "লিখিত পরীক্ষা"), PartKind.TEST, D(60), D(70), apart=D(5))
VIVA = PartDetails(LocalText("Viva"), PartKind.VIVA, D(20), D(30), position=2)
BEGINS = datetime(2026, 12, 5, 4, tzinfo=UTC)
HALL = SlotDetails(BEGINS, BEGINS + timedelta(hours=2), LocalText("Hall", "মিলনায়তন"), 2)
OFFICE, TEACHER, HEAD = CAST.farida, CAST.bashir, CAST.amina


def applicants(count: int, *, first: int = 1) -> list[UUID]:
    """Applications for class seven as they stand after sending; the second family has no e-mail address."""
    keys = [new_id() for _ in range(count)]
    with transaction() as db:
        for number, key in enumerate(keys, start=first):
            db.add(
                Application(
                    id=key,
                    campus_id=CAST.campus,
                    cycle_id=CAST.cycle,
                    class_id=CAST.class_7,
                    reference=make_reference(2026, number),
                    token_hash=hash_token(str(key)),
                    locale="bn",
                    status=ApplicationStatus.SUBMITTED,
                    child_name_en=f"Child {number}",
                    born_on=date(2014, 1, 1) + timedelta(days=number),
                    guardian_name_en="Somebody",
                    phone="+8801812345678",
                    email=None if number == 2 else f"family{number}@family.example",
                    submitted_at=datetime(2026, 11, 1, number % 24, tzinfo=UTC),
                )
            )
    return keys


def part(
    details: PartDetails = TEST, *, markers: tuple[UUID, ...] = (), third: tuple[UUID, ...] = ()
) -> UUID:
    """A part of the score of class seven."""
    key = add_part(OFFICE.actor, seat_of(CAST.class_7), details)
    if markers:
        set_markers(OFFICE.actor, key, 1, markers, third)
    return key


def give(actor: Actor, part_id: UUID, marks: dict[UUID, str | None], version: int = 0) -> int:
    """Save marks as a page does; None: absent."""
    return save_marks(
        actor,
        part_id,
        [
            SentMark(key, version, Answer(None, absent=True) if mark is None else Answer(D(mark)))
            for key, mark in marks.items()
        ],
    )


def gave(actor: Actor, part_id: UUID) -> list[tuple[object, list[object]]]:
    """The own mark of each line of a sheet, and those of others that stand beside it."""
    lines = get_sheet(actor, part_id, 1).lines
    return [(line.own and line.own.mark, [each.mark for each in line.others]) for line in lines]


def merit_references(actor: Actor) -> list[tuple[str, str]]:
    """(child, score) of the list as it is now."""
    merit = get_merit(actor, seat_of(CAST.class_7), None)
    return [(merit.people[line.application_id].child_name.en, str(line.score)) for line in merit.order.lines]


# --- who does not see what


def test_nobody_sees_anothers_mark_before_giving_their_own(cast: Cast) -> None:
    one, other = applicants(2)
    test = part(markers=(TEACHER.user_id, HEAD.user_id))
    give(TEACHER.actor, test, {one: "41", other: "22"})
    assert gave(HEAD.actor, test) == [(None, []), (None, [])]
    application = get_application(HEAD.actor, one)
    assert [(each.hidden, each.answers) for each in marks_of(HEAD.actor, application)] == [(True, ())]
    with pytest.raises(StillMarking):
        get_merit(HEAD.actor, seat_of(CAST.class_7), None)
    with pytest.raises(StillMarking):
        publish_merit(HEAD.actor, seat_of(CAST.class_7), None)
    give(HEAD.actor, test, {one: "44"})
    assert gave(HEAD.actor, test) == [(44, [41]), (None, [])], "one mark opens one line"
    assert [each.left for each in list_my_parts(HEAD.actor)] == [1]
    give(HEAD.actor, test, {other: "22"})
    assert merit_references(HEAD.actor) == [("Child 1", "49.5833"), ("Child 2", "25.6667")]


def test_who_looks_a_third_time_gets_only_marks_that_lie_apart_and_sees_none_of_them(cast: Cast) -> None:
    near, far = applicants(2)
    test = part(markers=(TEACHER.user_id, HEAD.user_id), third=(CAST.hasan.user_id,))
    give(TEACHER.actor, test, {near: "40", far: "30"})
    give(HEAD.actor, test, {near: "42", far: "50"})
    sheet = get_sheet(CAST.hasan.actor, test, 1)
    assert [(line.application_id, line.others) for line in sheet.lines] == [(far, ())]
    assert merit_references(OFFICE.actor) == [("Child 1", "47.8333")], "the other waits for the third look"
    with pytest.raises(NotFound):
        give(CAST.hasan.actor, test, {near: "1"})
    give(CAST.hasan.actor, test, {far: "46"})
    assert merit_references(OFFICE.actor) == [("Child 2", "49.0000"), ("Child 1", "47.8333")]


def test_only_who_is_named_marks_and_the_office_only_what_nobody_is_named_for(cast: Cast) -> None:
    (one,) = applicants(1)
    named, open_part = part(markers=(TEACHER.user_id,)), part(VIVA)
    for actor, part_id in (
        (OFFICE.actor, named),
        (TEACHER.actor, open_part),
        (CAST.gias.actor, named),
        (CAST.jamil.actor, open_part),
        (CAST.chandra.actor, named),
    ):
        with pytest.raises(NotFound):
            get_sheet(actor, part_id, 1)
        with pytest.raises(NotFound):
            give(actor, part_id, {one: "5"})
    assert list_my_parts(CAST.gias.actor) == [] and list_my_parts(OFFICE.actor) == []
    assert give(OFFICE.actor, open_part, {one: "5"}) == 1
    with pytest.raises(NotFound):
        add_part(CAST.jamil.actor, seat_of(CAST.class_7), TEST)
    with pytest.raises(NotFound):
        set_markers(OFFICE.actor, open_part, 1, [CAST.gias.user_id], [])


# --- marks


def test_a_page_of_marks_is_stored_whole_and_an_older_page_is_told(cast: Cast) -> None:
    one, other = applicants(2)
    test = part()
    assert give(OFFICE.actor, test, {one: "41.5", other: None}) == 2
    assert give(OFFICE.actor, test, {one: "41.5", other: None}) == 0, "twice is once"
    with pytest.raises(StaleMarks) as caught:
        give(HEAD.actor, test, {one: "10", other: None})
    assert caught.value.application_ids == {one}
    assert save_marks(HEAD.actor, test, [SentMark(one, 1, Answer(D(10))), SentMark(other, 1, None)]) == 2
    assert session().scalars(select(ScoreMark.mark)).all() == [10]


def test_a_page_of_marks_is_not_lost_over_a_family_that_has_withdrawn(cast: Cast) -> None:
    one, other = applicants(2)
    test = part()
    session().get_one(Application, one).status = ApplicationStatus.WITHDRAWN
    session().flush()
    assert give(OFFICE.actor, test, {one: "10", other: "41"}) == 1
    assert session().scalars(select(ScoreMark.application_id)).all() == [other]


def test_what_a_mark_means_stays_once_it_is_given(cast: Cast) -> None:
    (one,) = applicants(1)
    test = part()
    change_part(OFFICE.actor, test, 1, replace(TEST, full_marks=D(80)))
    with pytest.raises(PassAboveFull):
        change_part(OFFICE.actor, test, 2, replace(TEST, pass_mark=D(90)))
    give(OFFICE.actor, test, {one: "41"})
    with pytest.raises(MarksGiven):
        change_part(OFFICE.actor, test, 2, TEST)
    with pytest.raises(PartInUse):
        remove_part(OFFICE.actor, test)
    change_part(OFFICE.actor, test, 2, replace(TEST, full_marks=D(80), weight=D(100)))
    with pytest.raises(Stale):
        change_part(OFFICE.actor, test, 2, replace(TEST, full_marks=D(80)))


def test_an_import_is_looked_at_before_it_is_stored(cast: Cast) -> None:
    one, other = applicants(2)
    test = part()
    give(OFFICE.actor, test, {one: "10"})
    typed = [(make_reference(2026, 1), "20"), (make_reference(2026, 2), "AB"), (make_reference(2026, 9), "7")]
    rows = read_rows(enumerate([*typed, ("x", "1")], start=1), TEST.full_marks)
    lines = look_at_import(get_part(OFFICE.actor, test), rows)
    assert [line.changes for line in lines] == [True, True, False, False]
    seen = import_mark(lines)
    give(OFFICE.actor, test, {one: "11"}, version=1)
    with pytest.raises(ImportMoved):
        import_marks(OFFICE.actor, test, rows, seen)
    now = import_mark(look_at_import(get_part(OFFICE.actor, test), rows))
    assert import_marks(OFFICE.actor, test, rows, now) == 2
    marks = {row[0]: row[1] for row in session().execute(select(ScoreMark.application_id, ScoreMark.mark))}
    assert marks == {one: 20, other: None}
    set_markers(OFFICE.actor, test, 1, [TEACHER.user_id], [])
    with pytest.raises(MarkedByPeople):
        import_marks(OFFICE.actor, test, rows, now)


# --- the list


def test_the_list_is_published_and_later_marks_change_nothing_silently(cast: Cast) -> None:
    one, other, third = applicants(3)
    seat, test = seat_of(CAST.class_7), part()
    viva = part(replace(VIVA, pass_mark=D(5)))
    set_ties(OFFICE.actor, seat, 0, [TieRule(TieBy.PART, viva), TieRule(TieBy.YOUNGER)])
    with pytest.raises(Stale):
        set_ties(OFFICE.actor, seat, 0, [])
    assert [rule.by for rule in get_ties(seat).rules] == [TieBy.PART, TieBy.YOUNGER]
    give(OFFICE.actor, test, {one: "30", other: "30", third: "60"})
    give(OFFICE.actor, viva, {one: "10", other: "10", third: "4.99"})
    assert merit_references(OFFICE.actor) == [("Child 2", "50.0000"), ("Child 1", "50.0000")]
    publish_merit(OFFICE.actor, seat, None)
    ranking = find_ranking(seat, None)
    assert ranking is not None
    lines = list_ranks(ranking.id)
    assert [line.application_id for line in lines] == [other, one]
    assert lines[0].working["score"] == "50.0000" and lines[0].working["tie"] == "younger"
    assert get_merit(OFFICE.actor, seat, None).is_published_so
    give(OFFICE.actor, test, {one: "31"}, version=1)
    merit = get_merit(OFFICE.actor, seat, None)
    assert not merit.is_published_so and merit.order.lines[0].application_id == one
    assert [line.application_id for line in list_ranks(ranking.id)] == [other, one]
    publish_merit(OFFICE.actor, seat, None)
    assert get_merit(OFFICE.actor, seat, None).is_published_so
    with pytest.raises(NotFound):
        publish_merit(TEACHER.actor, seat, None)


# --- seats


def test_seats_are_given_in_the_order_of_references_and_families_are_told_in_their_language(
    cast: Cast,
) -> None:
    keys = applicants(3)
    test = part()
    later = replace(
        HALL, starts_at=BEGINS + timedelta(days=1), ends_at=BEGINS + timedelta(days=1, hours=1), seats=1
    )
    add_slot(OFFICE.actor, test, later)
    first = add_slot(OFFICE.actor, test, HALL)
    made = give_seats(OFFICE.actor, test, link_to)
    assert (made.given, made.left) == (3, 0)
    assert give_seats(OFFICE.actor, test, link_to).given == 0, "twice is once"
    assert [(slot.details.seats, slot.taken) for slot in list_slots(test)] == [(2, 2), (1, 1)]
    sent = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert sorted((message.channel.value, message.kind) for message in sent) == [
        ("mail", "application.slot"),
        ("mail", "application.slot"),
        ("sms", "application.slot"),
    ]
    letter = next(message for message in sent if message.recipient == "family1@family.example")
    assert "লিখিত পরীক্ষা" in letter.subject and "মিলনায়তন" in letter.body and "Child 1" in letter.body
    slot = slot_of(keys[1])
    assert slot is not None and (slot.starts_at, slot.seat, slot.kind) == (BEGINS, "2", PartKind.TEST)
    moved = replace(HALL, starts_at=BEGINS + timedelta(hours=1))
    change_slot(OFFICE.actor, test, first, 1, moved, link_to)
    assert session().scalar(select(func.count()).select_from(OutboxMessage)) == 5
    session().get_one(Application, keys[0]).status = ApplicationStatus.WITHDRAWN
    session().flush()
    change_slot(OFFICE.actor, test, first, 2, HALL, link_to)
    assert session().scalar(select(func.count()).select_from(OutboxMessage)) == 6, (
        "who withdrew is left alone"
    )
    with pytest.raises(SeatsInUse):
        change_slot(OFFICE.actor, test, first, 3, replace(moved, seats=1), link_to)


def test_families_are_texted_in_the_order_of_their_phones(cast: Cast) -> None:
    """Two officers who seat brothers and sisters in two classes at once would else wait for each other for ever."""
    for place, key in enumerate(applicants(3)):
        row = session().get_one(Application, key)
        row.email, row.phone = None, f"+880181234567{9 - place}"
    session().flush()
    test = part()
    add_slot(OFFICE.actor, test, replace(HALL, seats=3))
    give_seats(OFFICE.actor, test, link_to)
    texts = session().scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.id)).all()
    assert len(texts) == 3 and texts == sorted(texts)


def test_a_child_is_moved_by_hand_to_a_free_seat_only(cast: Cast) -> None:
    one, other, third = applicants(3)
    test = part()
    small, large = (add_slot(OFFICE.actor, test, replace(HALL, seats=seats)) for seats in (1, 5))
    give_seats(OFFICE.actor, test, link_to)
    sitting = get_sitting(get_part(OFFICE.actor, test), third)
    assert (sitting.slot_id, sitting.seat, sitting.version) == (large, 2, 1)
    with pytest.raises(SlotFull):
        move_seat(OFFICE.actor, test, third, 1, small, None, link_to)
    with pytest.raises(SeatTaken):
        move_seat(OFFICE.actor, test, third, 1, large, 1, link_to)
    with pytest.raises(SeatTaken):
        move_seat(OFFICE.actor, test, third, 1, large, 6, link_to)
    assert move_seat(OFFICE.actor, test, third, 1, large, 5, link_to) == 5
    with pytest.raises(Stale):
        move_seat(OFFICE.actor, test, third, 1, large, 4, link_to)
    with pytest.raises((NotFound, Forbidden)):
        move_seat(TEACHER.actor, test, other, 1, large, 4, link_to)
    session().get_one(Application, one).status = ApplicationStatus.WITHDRAWN
    session().flush()
    assert list_slots_of(one) == [] and slot_of(one) is None


def test_eight_officers_at_once_give_each_seat_once(real_app: Flask) -> None:
    with real_app.app_context():
        applicants(12)
        test = part()
        for seats in (5, 7):
            add_slot(OFFICE.actor, test, replace(HALL, seats=seats))
    together = Barrier(8)

    def one(_: int) -> int:
        with real_app.app_context():
            together.wait()
            return give_seats(OFFICE.actor, test, link_to).given

    with ThreadPoolExecutor(8) as pool:
        given = sorted(pool.map(one, range(8)))
    assert given == [0] * 7 + [12]
    with real_app.app_context():
        seats = session().execute(select(ScoreSitting.slot_id, ScoreSitting.seat_number)).all()
        assert len(set(seats)) == 12


def test_a_copied_cycle_is_scored_the_same_way(cast: Cast) -> None:
    seat = seat_of(CAST.class_7)
    part()
    viva = part(VIVA, markers=(TEACHER.user_id,))
    set_ties(OFFICE.actor, seat, 0, [TieRule(TieBy.PART, viva), TieRule(TieBy.OLDER)])
    details = YearDetails("2027", date(2027, 1, 1), date(2027, 12, 31))
    copy = copy_cycle(OFFICE.actor, CAST.cycle, add_year(CAST.hasan.actor, CAST.campus, details))
    copied = next(each.id for each in get_cycle(OFFICE.actor, copy).classes if each.class_id == CAST.class_7)
    parts = list_parts(copied)
    assert [(each.details, each.markers) for each in parts] == [(TEST, frozenset()), (VIVA, frozenset())]
    assert get_ties(copied).rules == (TieRule(TieBy.PART, parts[1].id), TieRule(TieBy.OLDER))
    add_slot(OFFICE.actor, parts[0].id, HALL)
    remove_cycle(OFFICE.actor, copy)
    assert list_parts(copied) == []
