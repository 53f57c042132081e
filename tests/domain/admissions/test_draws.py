"""A class is drawn by two people, with a value of a later day; what was published before binds them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from app.domain.academics.types import Shift
from app.domain.admissions.lottery.models import AdmissionDraw
from app.domain.admissions.lottery.queries import (
    find_draw,
    list_of,
    list_own_tickets,
    list_tickets,
    list_undrawn,
    preview_list,
    result_of,
)
from app.domain.admissions.lottery.rules import sha256
from app.domain.admissions.lottery.services import announce_draw, cancel_draw, draw_seats, fix_list
from app.domain.admissions.lottery.types import (
    Announcement,
    DrawState,
    DrawThere,
    KnownAlready,
    ListChanged,
    NobodyToDraw,
    NotALottery,
    NotInThisState,
    NotKnownYet,
    SamePerson,
    StillOpen,
)
from app.domain.admissions.messages.services import save_words
from app.domain.admissions.messages.types import Words
from app.domain.admissions.models import AdmissionCycle, AdmissionSeatPart, Application
from app.domain.admissions.rankings.queries import find_ranking, list_ranks
from app.domain.admissions.services import withdraw_application
from app.domain.admissions.types import ApplicationStatus, CycleState, Method
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.uow import session
from tests.support.applications import sent
from tests.support.cast import CAST, Cast
from tests.support.draws import (
    KNOWN_ON,
    NEAR,
    SOURCE,
    announced,
    applicants,
    held,
    on_the_day,
    page_of,
    ready_for_a_draw,
)


def test_a_list_is_fixed_announced_and_drawn_and_its_order_is_in_force(cast: Cast) -> None:
    seat, keys = ready_for_a_draw(), applicants(100)
    draw_id = announced(seat)
    before = find_draw(draw_id)
    assert before.secret is None and before.public_value is None
    assert sha256(list_of(before)) == before.list_hash
    assert [quota.seats for quota in before.quotas] == [16, 4] and before.general == 20
    with pytest.raises(NotFound):
        result_of(before)
    with on_the_day():
        draw_seats(CAST.amina.actor, draw_id, "৫১২৩.৪৫", page_of)
        draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
    after = find_draw(draw_id)
    assert after.public_value == "5123.45" and sha256(after.secret or "") == after.commitment
    assert list_of(after) == list_of(before)
    lines = [line.split(" ") for line in result_of(after).splitlines()[7:]]
    ranking = find_ranking(seat, None)
    assert ranking is not None and ranking.method is Method.LOTTERY
    order = list_ranks(ranking.id)
    assert [line.application_id for line in order] == [keys[int(number) - 1] for _, number, _ in lines]
    assert order[0].working["ticket"] == int(lines[0][1]) and order[0].working["draw"] == str(draw_id)
    assert sum(place == "Q1" for *_, place in lines) == 16
    (own,) = list_own_tickets(keys[0])
    assert own.number == 1 and own.rank is not None


def test_every_step_stands_in_the_audit_log_and_the_secret_only_at_the_end(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(3)
    draw_id = held(seat)
    entries = session().scalars(
        select(AuditEntry).where(AuditEntry.entity_id == draw_id).order_by(AuditEntry.id)
    )
    told = [(entry.action, str(entry.new_data)) for entry in entries]
    secret = find_draw(draw_id).secret or "none"
    assert [action for action, _ in told] == [
        "admission_draw.fixed",
        "admission_draw.announced",
        "admission_draw.drawn",
    ]
    assert [secret in words for _, words in told] == [False, False, True]
    assert find_draw(draw_id).list_hash in told[0][1]


def test_who_fixed_the_list_does_not_hold_the_draw_and_nobody_holds_it_too_early(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(3)
    draw_id = announced(seat)
    with pytest.raises(NotKnownYet):
        draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
    with on_the_day(), pytest.raises(SamePerson):
        draw_seats(CAST.farida.actor, draw_id, "5123.45", page_of)
    with on_the_day(), pytest.raises(NotFound):
        draw_seats(CAST.jamil.actor, draw_id, "5123.45", page_of)
    with pytest.raises(IntegrityError), session().begin_nested():
        session().execute(update(AdmissionDraw).values(drawn_by=CAST.farida.user_id))


def test_a_value_that_is_known_when_it_is_announced_decides_nothing(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(1)
    draw_id = fix_list(CAST.farida.actor, seat, None)
    with on_the_day(), pytest.raises(KnownAlready):
        announce_draw(CAST.farida.actor, draw_id, 1, Announcement(SOURCE, KNOWN_ON), page_of)
    with on_the_day(), pytest.raises(NotInThisState):
        draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
    with pytest.raises(Stale):
        announce_draw(CAST.farida.actor, draw_id, 9, Announcement(SOURCE, KNOWN_ON), page_of)


def test_a_list_that_somebody_changed_in_the_database_is_not_drawn(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(5)
    draw_id = announced(seat)
    session().execute(text("UPDATE admission_tickets SET quotas = '{Q1}' WHERE number = 2"))
    with on_the_day(), pytest.raises(ListChanged):
        draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
    assert find_draw(draw_id).state is DrawState.ANNOUNCED


def test_a_cancelled_draw_stays_with_its_number_and_opens_its_value(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(2)
    first = announced(seat)
    with pytest.raises(DrawThere):
        fix_list(CAST.farida.actor, seat, None)
    cancel_draw(CAST.farida.actor, first, 2, LocalText("A class was forgotten."), page_of)
    second = held(seat)
    gone, there = find_draw(first), find_draw(second)
    assert (gone.state, there.state) == (DrawState.CANCELLED, DrawState.DRAWN)
    assert there.number == gone.number + 1 and sha256(gone.secret or "") == gone.commitment
    assert gone.list_hash != there.list_hash, "the number of the draw is part of the list"
    with pytest.raises(NotInThisState):
        cancel_draw(CAST.farida.actor, second, there.version, LocalText("Somebody else should win."), page_of)
    with pytest.raises(DrawThere):
        fix_list(CAST.farida.actor, seat, None)


def test_who_withdraws_stays_on_the_list_and_is_passed_over(cast: Cast) -> None:
    seat = ready_for_a_draw()
    keys = applicants(6)
    draw_id = announced(seat)
    withdraw_application(visitor("bn"), keys[2])
    with on_the_day():
        draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
    assert (
        len(list_tickets(draw_id)) == 6
        and sha256(list_of(find_draw(draw_id))) == find_draw(draw_id).list_hash
    )
    ranking = find_ranking(seat, None)
    assert ranking is not None
    assert {line.application_id for line in list_ranks(ranking.id)} == set(keys) - {keys[2]}


def test_a_list_is_fixed_once_nobody_can_join_it_any_more(cast: Cast) -> None:
    seat, db = ready_for_a_draw(), session()
    with pytest.raises(NobodyToDraw):
        fix_list(CAST.farida.actor, seat, None)
    applicants(2)
    cycle = update(AdmissionCycle).where(AdmissionCycle.id == CAST.cycle)
    span = {"opens_on": date(2026, 1, 1), "closes_on": date(2099, 1, 1)}
    db.execute(cycle.values(state=CycleState.PUBLISHED, **span))
    db.commit()
    with pytest.raises(StillOpen):
        fix_list(CAST.farida.actor, seat, None)
    db.execute(cycle.values(state=CycleState.CLOSED, method=Method.MERIT))
    db.commit()
    with pytest.raises(NotALottery):
        fix_list(CAST.farida.actor, seat, None)
    for member in (CAST.bashir, CAST.jamil):
        with pytest.raises(NotFound):
            fix_list(member.actor, seat, None)
    with pytest.raises(NotFound):
        fix_list(CAST.farida.actor, seat, Shift.DAY)


def test_shifts_are_drawn_apart_and_who_named_none_stands_in_the_order_of_each(cast: Cast) -> None:
    seat, db = ready_for_a_draw(quotas=False), session()
    db.add_all(AdmissionSeatPart(seat_id=seat, shift=shift, seats=20) for shift in Shift)
    keys = applicants(4)
    db.execute(update(Application).where(Application.id == keys[0]).values(shift=Shift.MORNING))
    db.flush()
    assert [each.shift for each in list_undrawn(CAST.farida.actor) if each.seat_id == seat] == list(Shift)
    sizes: dict[Shift, tuple[int, int]] = {}
    for shift in Shift:
        draw_id = fix_list(CAST.farida.actor, seat, shift)
        announce_draw(CAST.farida.actor, draw_id, 1, Announcement(SOURCE, KNOWN_ON), page_of)
        with on_the_day():
            draw_seats(CAST.amina.actor, draw_id, "5123.45", page_of)
        ranking = find_ranking(seat, shift)
        assert ranking is not None
        sizes[shift] = (find_draw(draw_id).tickets, len(list_ranks(ranking.id)))
    assert sizes == {Shift.MORNING: (4, 4), Shift.DAY: (3, 3)}
    assert [each for each in list_undrawn(CAST.farida.actor) if each.seat_id == seat] == []


def test_the_preview_tells_what_is_not_settled(cast: Cast) -> None:
    one = sent()
    seat = ready_for_a_draw()
    applicants(6, first=90)
    preview = preview_list(CAST.farida.actor, seat, None)
    assert (preview.tickets, preview.seats, preview.general) == (7, 40, 20)
    assert [(quota.code, count) for quota, count in preview.quotas] == [("Q1", 2), ("Q2", 0)]
    assert [each.application_id for each in preview.unread] == [one.id] and preview.refused == ()
    with pytest.raises(NotFound):
        preview_list(CAST.jamil.actor, seat, None)


def test_families_are_told_their_ticket_and_what_came_of_it(cast: Cast) -> None:
    mailed, texted = sent(), sent(email="", phone="+8801812345679", locale="en")
    seat = ready_for_a_draw()
    session().execute(update(Application).where(Application.id == mailed.id).values(quota_ids=[NEAR]))
    draw_id = held(seat)
    written = session().scalars(
        select(OutboxMessage).where(OutboxMessage.kind.like("admission_draw.%")).order_by(OutboxMessage.id)
    )
    found = [(row.kind, row.recipient, row.body) for row in written]
    assert [(kind, to) for kind, to, _ in found] == [
        ("admission_draw.announced", mailed.email),
        ("admission_draw.announced", texted.phone),
        ("admission_draw.drawn", mailed.email),
        ("admission_draw.drawn", texted.phone),
    ]
    letter, short = found[0][2], found[1][2]
    assert SOURCE.bn in letter and f"/bn/draws/{draw_id}" in letter and "রাইয়ান" in letter
    assert f"application {texted.reference} has ticket 2" in short and "Raiyan" not in short
    assert "a seat falls to it" in found[3][2]


def test_families_are_told_once_that_an_announced_draw_is_cancelled(cast: Cast) -> None:
    mailed, texted = sent(), sent(email="", phone="+8801812345679", locale="en")
    gone = sent(email="gone@family.example", phone="+8801812345670")
    seat, reason = ready_for_a_draw(), LocalText("A section was forgotten.", "একটি শাখা বাদ পড়েছিল।")
    quiet = fix_list(CAST.farida.actor, seat, None)
    cancel_draw(CAST.farida.actor, quiet, 1, reason, page_of)
    assert told_of_cancelling() == [], "nobody was told a ticket yet"
    draw_id = announced(seat)
    withdraw_application(visitor("bn"), gone.id)
    cancel_draw(CAST.farida.actor, draw_id, 2, reason, page_of)
    for version in (2, 3):
        with pytest.raises((Stale, NotInThisState)):
            cancel_draw(CAST.amina.actor, draw_id, version, reason, page_of)
    (letter, to_mail), (short, to_phone) = told_of_cancelling()
    assert (to_mail, to_phone) == (mailed.email, texted.phone)
    assert reason.bn in letter and "রাইয়ান" in letter and f"/bn/draws/{draw_id}" in letter
    assert f"application {texted.reference} is cancelled. {reason.en}" in short and "Raiyan" not in short
    assert f"/en/draws/{draw_id}" in short


def test_a_campus_tells_of_a_cancelled_draw_in_its_own_words(cast: Cast) -> None:
    application, seat = sent(locale="en"), ready_for_a_draw()
    words = Words("{reference}: draw {draw}", "Ticket {ticket} of {child}.\n\n{reason}")
    save_words(CAST.farida.actor, CAST.campus, "admission_draw.cancelled", Channel.MAIL, "en", words, None)
    draw_id = announced(seat)
    cancel_draw(CAST.farida.actor, draw_id, 2, LocalText("Too early."), page_of)
    assert told_of_cancelling() == [("Ticket 1 of Raiyan Hossain.\n\nToo early.", application.email)]


def told_of_cancelling() -> list[tuple[str, str]]:
    """(text, to whom) of the messages about a cancelled draw."""
    rows = session().execute(
        select(OutboxMessage.body, OutboxMessage.recipient)
        .where(OutboxMessage.kind == "admission_draw.cancelled")
        .order_by(OutboxMessage.id)
    )
    return [(body, recipient) for body, recipient in rows]


def test_a_refused_application_gets_no_ticket(cast: Cast) -> None:
    seat = ready_for_a_draw()
    keys = applicants(3)
    session().execute(
        update(Application).where(Application.id == keys[1]).values(status=ApplicationStatus.REJECTED)
    )
    draw_id = fix_list(CAST.farida.actor, seat, None)
    assert find_draw(draw_id).tickets == 2 and list_own_tickets(keys[1]) == []
    third: UUID = keys[2]
    (ticket,) = list_own_tickets(third)
    assert ticket.number == 2 and ticket.quotas == ("Q1",)
    assert find_draw(draw_id).fixed_at <= datetime.now(UTC)
