"""The officer's desk: filters, milestones, second applications, and acts on many with their way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.admissions.desk import queries, services
from app.domain.admissions.desk.models import AdmissionBatchLine, ApplicationMilestone, ApplicationPair
from app.domain.admissions.desk.rules import UNDO_FOR
from app.domain.admissions.desk.types import (
    BulkAct,
    CannotMerge,
    Doubt,
    FilterTaken,
    NoSuchOfficer,
    Order,
    PairState,
    QueueFilter,
    UndoOver,
    WhyNot,
)
from app.domain.admissions.models import AdmissionCycle, Application, ApplicationDocument
from app.domain.admissions.offers.queries import count_held, family_offer
from app.domain.admissions.offers.services import accept_offer
from app.domain.admissions.offers.types import OfferState
from app.domain.admissions.queries import get_application, list_documents, list_events
from app.domain.admissions.services import decide_application, withdraw_application
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DocumentKind
from app.domain.audit.models import AuditEntry
from app.domain.files.models import StoredFile
from app.domain.files.types import FileState
from app.domain.kernel import clock
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import NotFound, Stale
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.services import deliver
from app.domain.outbox.types import MessageStatus
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.applications import decided, link_to, seat_of, sent
from tests.support.cast import CAST, Cast
from tests.support.offers import families, give_seats_by_time
from tests.support.queries import QueryCounter

S = ApplicationStatus


def other_child(number: int = 1, **changes: object) -> ApplicationView:
    """An application that looks like no other."""
    return sent(
        **{
            "child_name_en": f"Child {'abcdefgh'[number]}",
            "child_name_bn": f"শিশু {'কখগঘঙচছজ'[number]}",
            "birth_registration_no": f"2014{number:013d}",
            "phone": f"+88019{number:08d}",
            "email": f"family{number}@family.example",
        }
        | changes,
    )


def found(cast: Cast, wanted: QueueFilter) -> set[UUID]:
    return {row.id for row in queries.list_queue(cast.farida.actor, wanted, 1, 0)}


def act(cast: Cast, order: Order, *chosen: ApplicationView) -> UUID:
    return services.carry_out(cast.farida.actor, order, [(each.id, each.version) for each in chosen], link_to)


def state(application: ApplicationView) -> ApplicationStatus:
    return get_application(CAST.farida.actor, application.id).status


def letters(kind: str) -> list[OutboxMessage]:
    return list(session().scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)))


# --- the queue


def test_the_queue_is_that_of_the_cycles_of_now(cast: Cast) -> None:
    application = sent()
    [cycle] = queries.list_desk_cycles(cast.farida.actor, clock.today())
    assert cycle.is_now
    assert found(cast, QueueFilter(cycle_ids=frozenset({cycle.id}))) == {application.id}
    assert found(cast, QueueFilter(cycle_ids=frozenset())) == set()
    assert queries.list_desk_cycles(cast.jamil.actor, clock.today()) == []


def test_the_filter_of_second_applications_forgets_what_is_settled(cast: Cast) -> None:
    first, again, sister, alone = sent(), sent(phone="+8801911111111"), other_child(), other_child(2)
    farida = cast.farida.actor
    services.settle_pair(farida, sister.id, alone.id, PairState.SIBLING)
    with transaction() as db:
        db.execute(update(Application).where(Application.id == sister.id).values(phone=first.phone))
    assert found(cast, QueueFilter(doubt=Doubt.SECOND)) == {first.id, again.id}
    assert found(cast, QueueFilter(doubt=Doubt.FAMILY)) == {first.id, sister.id}
    services.settle_pair(farida, again.id, first.id, PairState.DISMISSED)
    assert found(cast, QueueFilter(doubt=Doubt.SECOND)) == set()
    assert {each.id for each in queries.list_duplicates(farida, first)} == {sister.id}
    [settled] = queries.list_settled(farida, first.id)
    assert (settled.other_id, settled.state, settled.by) == (again.id, PairState.DISMISSED, settled.by)
    services.settle_pair(farida, first.id, again.id, None)
    assert found(cast, QueueFilter(doubt=Doubt.SECOND)) == {first.id, again.id}
    withdraw_application(visitor("bn"), again.id)
    assert found(cast, QueueFilter(doubt=Doubt.SECOND)) == set()


def test_papers_that_are_missing_or_refused_are_found(cast: Cast) -> None:
    whole, missing, refused = sent(), other_child(), other_child(2)
    paper = list_documents(refused.id)[DocumentKind.PHOTO]
    with transaction() as db:
        db.execute(
            update(StoredFile)
            .where(StoredFile.id == paper.file.id)
            .values(state=FileState.REFUSED, refusal="damaged")
        )
        db.execute(
            ApplicationDocument.__table__.delete().where(  # type: ignore[attr-defined]  # a table, says the mapper
                ApplicationDocument.application_id == missing.id
            )
        )
    assert found(cast, QueueFilter(papers_open=True)) == {missing.id, refused.id}
    with transaction() as db:
        db.execute(update(AdmissionCycle).values(papers=["birth_certificate", "photo", "guardian_nid"]))
    assert found(cast, QueueFilter(papers_open=True)) == {whole.id, missing.id, refused.id}


def test_saved_filters_are_ones_own(cast: Cast) -> None:
    for number in range(services.MOST_FILTERS + 2):
        services.save_filter(cast.farida.actor, f"Filter {number:02d}", "officer=mine")
    own = queries.list_saved_filters(cast.farida.actor)
    assert own[0].name == "Filter 02" and len(own) == services.MOST_FILTERS
    with pytest.raises(FilterTaken):
        services.save_filter(cast.farida.actor, "Filter 05", "")
    services.remove_filter(cast.amina.actor, own[0].id)
    services.remove_filter(cast.farida.actor, own[1].id)
    assert queries.list_saved_filters(cast.amina.actor) == []
    assert [each.name for each in queries.list_saved_filters(cast.farida.actor)][:2] == [
        "Filter 02",
        "Filter 04",
    ]


# --- who looks after it, and how far it is


def test_an_application_is_given_to_whoever_decides_there(cast: Cast) -> None:
    application, other = sent(), other_child()
    farida = cast.farida.actor
    services.assign(farida, application.id, cast.amina.user_id)
    services.assign(farida, application.id, cast.amina.user_id)
    assert found(cast, QueueFilter(officer_id=cast.amina.user_id)) == {application.id}
    assert found(cast, QueueFilter(nobodys=True)) == {other.id}
    assert get_application(farida, application.id).version == application.version
    for stranger in (cast.jamil, cast.bashir, cast.dalia):
        with pytest.raises(NoSuchOfficer):
            services.assign(farida, application.id, stranger.user_id)
    with pytest.raises(NotFound):
        services.assign(cast.jamil.actor, application.id, cast.jamil.user_id)
    entries = select(func.count()).where(AuditEntry.action == "application.assigned")
    assert session().scalar(entries) == 1


def test_milestones_are_ticked_with_who_and_when(cast: Cast) -> None:
    application = sent()
    farida = cast.farida.actor
    services.add_usual_milestones(farida, cast.cycle)
    services.add_usual_milestones(farida, cast.cycle)
    first, *others = queries.list_milestones([cast.cycle])
    assert len(others) == 3 and all(first.details.name.to_dict().values())
    for _ in range(2):
        services.tick(farida, application.id, first.id, reached=True)
    reached = queries.list_reached(application)
    assert [bool(each.at) for each in reached] == [True, False, False, False]
    assert str(reached[0].by) and next(iter(queries.list_queue(farida, QueueFilter(), 1, 1))).ticked == 1
    services.tick(farida, application.id, first.id, reached=False)
    assert session().scalar(select(func.count()).select_from(ApplicationMilestone)) == 0
    with pytest.raises(NotFound):
        services.tick(farida, application.id, application.id, reached=True)
    with pytest.raises(Stale):
        services.change_milestone(farida, first.id, first.details, first.version + 1)
    services.remove_milestone(farida, first.id)
    assert len(queries.list_milestones([cast.cycle])) == 3


# --- merging


def test_one_application_ends_in_the_other_and_brings_its_papers(cast: Cast) -> None:
    kept, gone = sent(), sent()
    nid = list_documents(gone.id)[DocumentKind.PHOTO]
    with transaction() as db:
        db.execute(
            update(ApplicationDocument)
            .where(ApplicationDocument.file_id == nid.file.id)
            .values(document_type=DocumentKind.GUARDIAN_NID)
        )
    versions = (kept.version, gone.version)
    with pytest.raises(Stale):
        services.merge_applications(cast.farida.actor, kept.id, gone.id, (9, 9), link_to)
    with pytest.raises(NotFound):
        services.merge_applications(cast.jamil.actor, kept.id, gone.id, versions, link_to)
    moved = services.merge_applications(cast.farida.actor, kept.id, gone.id, versions, link_to)
    assert moved == (DocumentKind.GUARDIAN_NID,)
    assert set(list_documents(kept.id)) == {
        DocumentKind.BIRTH_CERTIFICATE,
        DocumentKind.PHOTO,
        DocumentKind.GUARDIAN_NID,
    }
    assert set(list_documents(gone.id)) == {DocumentKind.BIRTH_CERTIFICATE}
    assert state(gone) is S.WITHDRAWN and state(kept) is S.SUBMITTED
    last = list_events(gone.id)[-1]
    assert last.details["merged_into"] == kept.reference and last.by is not None
    assert len(letters("application.merged")) == 1, "one phone, one family, one letter"
    assert queries.list_duplicates(cast.farida.actor, kept) == []
    services.settle_pair(cast.farida.actor, kept.id, gone.id, None)
    assert session().scalars(select(ApplicationPair.state)).one() is PairState.MERGED, (
        "what is merged stays so"
    )
    with pytest.raises(Stale):
        services.merge_applications(cast.farida.actor, kept.id, gone.id, versions, link_to)


def test_two_families_are_both_told_and_a_seat_is_never_merged_away(cast: Cast) -> None:
    offered, other = decided(), sent(phone="+8801911111111", email="other@family.example")
    farida = cast.farida.actor
    with pytest.raises(CannotMerge):
        services.merge_applications(farida, other.id, offered.id, (other.version, offered.version), link_to)
    services.merge_applications(farida, offered.id, other.id, (offered.version, other.version), link_to)
    told = {letter.recipient for letter in letters("application.merged")}
    assert told == {"shahana@family.example", "other@family.example"}
    assert all(
        offered.reference in letter.body for letter in letters("application.merged") if offered.reference
    )


def test_two_officers_who_merge_either_way_leave_one_application(real_app: Flask) -> None:
    with real_app.app_context():
        one, other = sent(), sent()

    def merge(pair: tuple[ApplicationView, ApplicationView]) -> bool:
        kept, gone = pair
        with real_app.app_context():
            try:
                versions = (kept.version, gone.version)
                services.merge_applications(CAST.farida.actor, kept.id, gone.id, versions, link_to)
            except (Stale, CannotMerge):
                return False
            finally:
                extension.session.remove()
        return True

    with ThreadPoolExecutor(max_workers=2) as pool:
        done = list(pool.map(merge, [(one, other), (other, one)]))
    assert sorted(done) == [False, True]
    with real_app.app_context():
        assert {state(one), state(other)} == {S.SUBMITTED, S.WITHDRAWN}


# --- many at once


def test_what_the_preview_says_is_what_is_done(cast: Cast) -> None:
    fresh, again, refused = other_child(), other_child(2), decided(S.REJECTED)
    order = Order(BulkAct.SHORTLISTED)
    foreseen = queries.preview(cast.farida.actor, order, [fresh.id, again.id, refused.id])
    batch = queries.get_batch(cast.amina.actor, act(cast, order, fresh, again, refused))
    assert {(each.row.id, each.to, each.why_not) for each in foreseen} == {
        (line.application_id, line.to, line.why_not) for line in batch.lines
    }
    assert (state(fresh), state(again), state(refused)) == (S.SHORTLISTED, S.SHORTLISTED, S.REJECTED)
    assert [line.why_not for line in batch.lines if line.why_not] == [WhyNot.NOT_FROM_HERE]
    with pytest.raises(NotFound):
        queries.get_batch(cast.jamil.actor, batch.id)


def test_whoever_moved_on_since_the_preview_is_left_and_said(cast: Cast) -> None:
    one, other = other_child(), other_child(2)
    decide_application(
        cast.amina.actor, one.id, S.WAITLISTED, reason="Full.", version=one.version, status_link=link_to
    )
    batch = queries.get_batch(cast.farida.actor, act(cast, Order(BulkAct.SHORTLISTED), one, other))
    assert {line.application_id: line.why_not for line in batch.lines} == {
        one.id: WhyNot.MOVED_ON,
        other.id: None,
    }
    assert state(one) is S.WAITLISTED


def test_letters_wait_ten_minutes_and_undo_drops_them(cast: Cast) -> None:
    by_mail, by_text = other_child(), other_child(2, email=None)
    before = {each.id: get_application(cast.farida.actor, each.id) for each in (by_mail, by_text)}
    batch_id = act(cast, Order(BulkAct.REJECTED, "No seat is left."), by_mail, by_text)
    written = letters("application.rejected")
    assert len(written) == 2
    for letter in written:
        assert letter.next_attempt_at >= clock.now() + UNDO_FOR - timedelta(minutes=1)
        assert deliver(letter.id) is False, "it is not time yet"
    services.undo_batch(cast.amina.actor, batch_id)
    services.undo_batch(cast.amina.actor, batch_id)
    assert {letter.status for letter in letters("application.rejected")} == {MessageStatus.DROPPED}
    for key, was in before.items():
        now = get_application(cast.farida.actor, key)
        assert (now.status, now.decided_at, now.decision_reason) == (was.status, None, None)
        told = [event.to_status for event in list_events(key)]
        assert S.REJECTED not in told, "the family, which got no letter, sees nothing of it"
        assert S.REJECTED in [event.to_status for event in list_events(key, notes=True)]
    lines = queries.get_batch(cast.farida.actor, batch_id).lines
    assert all(line.undone_at and not line.undo_refused for line in lines)


def test_a_letter_that_waits_does_not_come_after_what_was_decided_since(cast: Cast) -> None:
    corrected, left = other_child(), other_child(2)
    taken = other_child(3)
    act(cast, Order(BulkAct.WAITLISTED, "No seat is left."), taken)
    withdraw_application(visitor("bn"), taken.id)
    assert [letter.status for letter in letters("application.waitlisted")] == [MessageStatus.DROPPED]
    kept, gone = other_child(4), other_child(5)
    act(cast, Order(BulkAct.SHORTLISTED), gone)
    versions = kept.version, get_application(cast.farida.actor, gone.id).version
    services.merge_applications(cast.farida.actor, kept.id, gone.id, versions, link_to)
    assert [letter.status for letter in letters("application.shortlisted")] == [MessageStatus.DROPPED]
    act(cast, Order(BulkAct.REJECTED, "No seat is left."), corrected, left)
    decide_application(
        cast.farida.actor,
        corrected.id,
        S.UNDER_REVIEW,
        reason="",
        version=get_application(cast.farida.actor, corrected.id).version,
        status_link=link_to,
    )
    assert {letter.recipient: letter.status for letter in letters("application.rejected")} == {
        "family1@family.example": MessageStatus.DROPPED,
        "family2@family.example": MessageStatus.PENDING,
    }
    [told] = letters("application.under_review")
    assert told.status is MessageStatus.PENDING


def test_undo_leaves_whoever_moved_on_or_whose_letter_has_left(cast: Cast) -> None:
    moved, left, back = other_child(), other_child(2), other_child(3)
    batch_id = act(cast, Order(BulkAct.SHORTLISTED), moved, left, back)
    withdraw_application(visitor("bn"), moved.id)
    session().execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id
            == select(AdmissionBatchLine.letters[1])
            .where(AdmissionBatchLine.application_id == left.id)
            .scalar_subquery()
        )
        .values(status=MessageStatus.SENT)
    )
    services.undo_batch(cast.farida.actor, batch_id)
    lines = {line.application_id: line for line in queries.get_batch(cast.farida.actor, batch_id).lines}
    assert lines[moved.id].undo_refused is WhyNot.MOVED_ON and state(moved) is S.WITHDRAWN
    assert lines[left.id].undo_refused is WhyNot.LETTER_LEFT and state(left) is S.SHORTLISTED
    assert lines[back.id].undone_at and state(back) is S.SUBMITTED


def test_undo_gives_a_seat_back_only_while_nobody_else_has_it(cast: Cast) -> None:
    give_seats_by_time(2)
    asked, accepted, waiting = families(3)
    farida = cast.farida.actor

    def now(key: UUID) -> ApplicationView:
        return get_application(farida, key)

    def offer(key: UUID) -> None:
        decide_application(farida, key, S.OFFERED, reason="x", version=now(key).version, status_link=link_to)

    offer(asked)
    offer(accepted)
    accept_offer(visitor("bn"), accepted)
    order = Order(BulkAct.REJECTED, "A mistake.")
    services.undo_batch(farida, act(cast, order, now(asked), now(accepted)))
    assert (state(now(asked)), state(now(accepted))) == (S.OFFERED, S.ACCEPTED)
    assert family_offer(asked).can_answer
    told = family_offer(accepted).offer
    assert told is not None and told.state is OfferState.ACCEPTED

    batch_id = act(cast, order, now(asked))
    offer(waiting)
    services.undo_batch(farida, batch_id)
    [line] = queries.get_batch(farida, batch_id).lines
    assert line.undo_refused is WhyNot.MOVED_ON and state(now(asked)) is S.REJECTED
    assert count_held(seat_of(CAST.class_7), None) == {None: 2}


def test_after_ten_minutes_there_is_no_way_back(cast: Cast) -> None:
    batch_id = act(cast, Order(BulkAct.SHORTLISTED), other_child())
    with clock.stopped_at(clock.now() + UNDO_FOR), pytest.raises(UndoOver):
        services.undo_batch(cast.farida.actor, batch_id)
    with pytest.raises(NotFound):
        services.undo_batch(cast.jamil.actor, batch_id)


def test_assigning_and_noting_many_is_taken_back_too(cast: Cast) -> None:
    one, other = other_child(), other_child(2)
    services.assign(cast.farida.actor, one.id, cast.hasan.user_id)
    given = act(cast, Order(BulkAct.ASSIGN, officer_id=cast.amina.user_id), one, other)
    noted = act(cast, Order(BulkAct.NOTE, "Call them."), one, other)
    assert found(cast, QueueFilter(officer_id=cast.amina.user_id)) == {one.id, other.id}
    assert [event.note for event in list_events(one.id, notes=True)][-1] == "Call them."
    services.assign(cast.farida.actor, other.id, cast.farida.user_id)
    for batch_id in (given, noted):
        services.undo_batch(cast.farida.actor, batch_id)
    assert found(cast, QueueFilter(officer_id=cast.hasan.user_id)) == {one.id}
    assert found(cast, QueueFilter(officer_id=cast.farida.user_id)) == {other.id}
    assert [event.note for event in list_events(other.id, notes=True) if event.note] == []


def test_two_acts_on_the_same_families_at_once_both_end(real_app: Flask) -> None:
    """Brothers and sisters of eight families in two acts, texts to one phone waiting for each other."""
    with real_app.app_context():
        pattern = other_child(1, email=None)
        halves: list[list[tuple[UUID, int]]] = [[], []]
        with transaction() as db:
            row = db.get_one(Application, pattern.id)
            columns = {
                column.key: getattr(row, column.key)
                for column in Application.__mapper__.column_attrs
                if column.key not in {"id", "reference", "token_hash", "phone", "version"}
            }
            for number in range(16):
                # The second act meets the phones the other way round.
                family = number // 2 if number % 2 else 7 - number // 2
                child = Application(
                    **columns,
                    reference=f"T{number}",
                    token_hash=f"{number:064d}",
                    phone=f"+88018{family:08d}",
                )
                db.add(child)
                db.flush()
                halves[number % 2].append((child.id, 1))

    def waitlist(half: list[tuple[UUID, int]]) -> UUID:
        with real_app.app_context():
            try:
                return services.carry_out(
                    CAST.farida.actor, Order(BulkAct.WAITLISTED, "Every seat is taken."), half, link_to
                )
            finally:
                extension.session.remove()

    with ThreadPoolExecutor(max_workers=2) as pool:
        batches = list(pool.map(waitlist, halves))
    with real_app.app_context():
        for batch_id in batches:
            assert all(line.why_not is None for line in queries.get_batch(CAST.farida.actor, batch_id).lines)
        assert len(letters("application.waitlisted")) == 16


ORDERS = [
    Order(BulkAct.REJECTED, "No seat is left."),
    Order(BulkAct.ASSIGN, officer_id=CAST.farida.user_id),
    Order(BulkAct.NOTE, "Call them."),
]


@pytest.mark.parametrize("order", ORDERS, ids=[each.act.value for each in ORDERS])
def test_many_take_as_many_statements_as_two(cast: Cast, queries: QueryCounter, order: Order) -> None:
    """By mail and by text, done and taken back."""

    def statements(*chosen: ApplicationView) -> tuple[int, int]:
        with queries.counted() as done:
            batch_id = act(cast, order, *chosen)
        with queries.counted() as undone:
            services.undo_batch(cast.farida.actor, batch_id)
        return len(done), len(undone)

    few = statements(other_child(0), other_child(1, email=None))
    many = [
        other_child(number, email=None if number % 2 else f"f{number}@x.example") for number in range(2, 8)
    ]
    assert statements(*many) == few
    assert {state(each) for each in many} == {S.SUBMITTED}
