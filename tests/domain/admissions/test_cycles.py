"""A cycle from its first draft to its copy, and what families get to feel of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.academics.services import add_year
from app.domain.academics.types import Shift, YearDetails
from app.domain.admissions.cycles.queries import get_cycle, list_cycles, years_for_cycles
from app.domain.admissions.cycles.rules import terms_for
from app.domain.admissions.cycles.services import (
    add_class,
    add_cycle,
    add_quota,
    change_class,
    change_cycle,
    change_quota,
    close_cycle,
    copy_cycle,
    publish_cycle,
    remove_class,
    remove_cycle,
    remove_quota,
)
from app.domain.admissions.cycles.types import (
    AgesCrossed,
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
    SeatPart,
    TooManyPercent,
)
from app.domain.admissions.entry.types import SectionRule
from app.domain.admissions.fees.queries import fee_asked, get_case
from app.domain.admissions.forms.queries import get_form, version_in_force
from app.domain.admissions.forms.rules import move_field
from app.domain.admissions.forms.services import change_form
from app.domain.admissions.lottery.queries import list_undrawn
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.admissions.offers.queries import find_pool
from app.domain.admissions.queries import (
    FEE_HERE,
    METHOD_HERE,
    find_by_token,
    find_open_cycles,
    list_open_classes,
    list_papers_asked,
)
from app.domain.admissions.scores.queries import get_class
from app.domain.admissions.services import (
    attach_document,
    save_step,
    start_application,
    submit_application,
)
from app.domain.admissions.types import (
    AgeOutside,
    ApplicationsClosed,
    CycleState,
    DocumentKind,
    Method,
    NotComplete,
    Step,
)
from app.domain.audit.queries import list_entries_of
from app.domain.files.services import sweep as check_files
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.extensions import db as extension
from app.uow import session
from tests.support.applications import TODAY, address_answers, child_answers, draft, link_to, sent
from tests.support.cast import Cast
from tests.support.uploads import pdf

FAMILY = visitor("bn")
LATE = LocalText("Late intake", "বিলম্বিত ভর্তি")
USUAL = (DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO)
DETAILS = CycleDetails(
    date(2027, 11, 21),
    date(2027, 12, 5),
    Method.LOTTERY,
    Decimal(110),
    section_most=55,
    age_from_on=date(2028, 1, 1),
    age_to_on=date(2028, 12, 31),
    papers=USUAL,
)
SEATS = SeatDetails(
    (SeatPart("ক", Shift.MORNING, 55), SeatPart("খ", Shift.DAY, 50)),
    132,
    168,
    (DocumentKind.PREVIOUS_RESULT,),
)
NEEDS = QuotaDetails(
    LocalText("Special needs", "বিশেষ চাহিদা"), Decimal("2.5"), (DocumentKind.DISABILITY_PAPER,), 60
)


def year(cast: Cast, number: int = 2028) -> UUID:
    """A school year to come."""
    return add_year(
        cast.hasan.actor,
        cast.campus,
        YearDetails(str(number), date(number, 1, 1), date(number, 12, 31)),
    )


def begun(cast: Cast) -> UUID:
    """A whole draft."""
    key = add_cycle(cast.farida.actor, year(cast), DETAILS)
    add_class(cast.farida.actor, key, cast.class_7, SEATS)
    add_quota(cast.farida.actor, key, NEEDS)
    return key


def version(cast: Cast, key: UUID) -> int:
    """The version the office has in view."""
    return get_cycle(cast.farida.actor, key).version


def strict(cast: Cast, **changes: object) -> None:
    """The open cycle of the cast takes children who are eleven, but not yet thirteen, on 1 January 2026."""
    seat = session().scalars(select(AdmissionSeat).where(AdmissionSeat.class_id == cast.class_7)).one()
    details = SeatDetails((SeatPart("", None, 40),), 132, 156)
    change_class(cast.farida.actor, cast.cycle, seat.id, seat.version, details)


# --- the office


def test_an_officer_makes_publishes_and_closes_a_cycle(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    found = get_cycle(officer, key)
    assert (found.state, found.details, found.seats) == (CycleState.DRAFT, DETAILS, 105)
    assert (found.classes[0].details, found.quotas[0].details) == (SEATS, NEEDS)
    opening = date(2027, 11, 21)
    assert key not in {each.cycle_id for each in list_open_classes(opening)}, "families see no draft"
    publish_cycle(officer, key, version(cast, key))
    publish_cycle(officer, key, 0)  # a second click
    place = next(each for each in list_open_classes(opening) if each.cycle_id == key)
    assert place.seats == 105 and place.terms.method is Method.LOTTERY and place.terms.fee == 110
    assert place.terms.quotas[0].relief_months == 60 and place.papers == (DocumentKind.PREVIOUS_RESULT,)
    assert key in {each.cycle_id for each in find_open_cycles(opening)}
    close_cycle(officer, key)
    close_cycle(officer, key)
    assert key not in {each.cycle_id for each in [*list_open_classes(opening), *find_open_cycles(opening)]}
    publish_cycle(officer, key, version(cast, key))
    acts = [entry.action.split(".")[1] for entry in list_entries_of("admission_cycle", key)]
    assert sorted(acts) == ["added", "class_added", "closed", "published", "published", "quota_added"]


def test_a_cycle_with_something_missing_is_not_published(cast: Cast) -> None:
    officer = cast.farida.actor
    key = add_cycle(officer, year(cast), replace(DETAILS, method=None, fee=None))
    with pytest.raises(NotReady) as refused:
        publish_cycle(officer, key, version(cast, key))
    assert [point.what for point in refused.value.points] == [Lack.METHOD, Lack.FEE, Lack.CLASSES]
    assert get_cycle(officer, key).state is CycleState.DRAFT


def test_what_families_see_keeps_its_seats(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    publish_cycle(officer, key, version(cast, key))
    seat = get_cycle(officer, key).classes[0]
    for act in (
        lambda: remove_class(officer, key, seat.id),
        lambda: change_class(officer, key, seat.id, seat.version, replace(SEATS, parts=())),
    ):
        with pytest.raises(NotReady):
            act()
    assert get_cycle(officer, key).seats == 105


def test_the_intakes_of_a_year_have_names_of_their_own(cast: Cast) -> None:
    officer = cast.farida.actor
    with pytest.raises(CycleTaken):
        add_cycle(officer, cast.year, DETAILS)
    key = add_cycle(officer, cast.year, replace(DETAILS, name=LATE))
    with pytest.raises(CycleTaken):
        add_cycle(officer, cast.year, replace(DETAILS, name=LocalText("LATE intake")))
    for name in (LocalText(), LATE):
        with pytest.raises(CycleTaken):
            copy_cycle(officer, key, cast.year, name)
    copy = copy_cycle(officer, key, cast.year, LocalText("Class eleven"))
    assert get_cycle(officer, copy).details == replace(DETAILS, name=LocalText("Class eleven"))
    with pytest.raises(CycleTaken):
        change_cycle(officer, copy, version(cast, copy), replace(DETAILS, name=LATE))
    assert {line.name for line in list_cycles(officer)} == {LocalText(), LATE, LocalText("Class eleven")}
    assert [year_id for year_id, *_ in years_for_cycles(officer)] == [cast.year]


def late_intake(cast: Cast, *classes: UUID, opens_on: date = date(2026, 11, 1)) -> UUID:
    """A second intake of the year whose first one is open, as a draft."""
    details = replace(DETAILS, opens_on=opens_on, closes_on=date(2026, 12, 31), name=LATE)
    key = add_cycle(cast.farida.actor, cast.year, details)
    for class_id in classes:
        add_class(cast.farida.actor, key, class_id, SEATS)
    return key


def test_a_class_is_open_in_one_cycle_of_its_year_at_a_time(cast: Cast) -> None:
    officer, key = cast.farida.actor, late_intake(cast, cast.class_7)
    with pytest.raises(NotReady) as refused:
        publish_cycle(officer, key, version(cast, key))
    (point,) = refused.value.points
    assert point.what is Lack.ELSEWHERE and point.about and point.about.en == "Class Seven"
    seats = {each.class_id: each.id for each in get_cycle(officer, cast.cycle).classes}
    remove_class(officer, cast.cycle, seats[cast.class_7])
    publish_cycle(officer, key, version(cast, key))
    assert {place.cycle_id for place in list_open_classes(TODAY)} == {key, cast.cycle}
    for act in (
        lambda: add_class(officer, key, cast.class_6, SEATS),
        lambda: add_class(officer, cast.cycle, cast.class_7, SEATS),
    ):
        with pytest.raises(OpenElsewhere):
            act()


def test_one_intake_follows_the_other_and_neither_reaches_into_it(cast: Cast) -> None:
    officer, key = cast.farida.actor, late_intake(cast, cast.class_7, opens_on=date(2026, 12, 1))
    main = get_cycle(officer, cast.cycle)
    ends = replace(main.details, closes_on=date(2026, 11, 30))
    change_cycle(officer, cast.cycle, main.version, ends)
    publish_cycle(officer, key, version(cast, key))
    for cycle_id, details in (
        (cast.cycle, main.details),
        (key, replace(get_cycle(officer, key).details, opens_on=date(2026, 11, 30))),
    ):
        with pytest.raises(OpenElsewhere):
            change_cycle(officer, cycle_id, version(cast, cycle_id), details)
    close_cycle(officer, cast.cycle)
    seen = version(cast, key)
    change_cycle(officer, key, seen, replace(get_cycle(officer, key).details, opens_on=date(2026, 11, 1)))
    with pytest.raises(NotReady):
        publish_cycle(officer, cast.cycle, version(cast, cast.cycle))


def test_two_officers_who_publish_at_once_do_not_open_a_class_twice(real_app: Flask) -> None:
    from tests.support.cast import CAST

    officer = CAST.farida.actor
    with real_app.app_context():
        close_cycle(officer, CAST.cycle)
        keys = []
        for name in ("One", "Two", "Three"):
            key = add_cycle(officer, CAST.year, replace(DETAILS, name=LocalText(name)))
            add_class(officer, key, CAST.class_7, SEATS)
            keys.append((key, get_cycle(officer, key).version))
        extension.session.remove()

    def publish(pair: tuple[UUID, int]) -> bool:
        with real_app.app_context():
            try:
                publish_cycle(officer, *pair)
            except NotReady:
                return False
            finally:
                extension.session.remove()
            return True

    with ThreadPoolExecutor(max_workers=3) as pool:
        assert sorted(pool.map(publish, keys)) == [False, False, True]


def test_a_family_begins_in_the_intake_it_chose(cast: Cast) -> None:
    officer = cast.farida.actor
    seats = {each.class_id: each.id for each in get_cycle(officer, cast.cycle).classes}
    remove_class(officer, cast.cycle, seats[cast.class_7])
    key = late_intake(cast, cast.class_7)
    with pytest.raises(ApplicationsClosed):
        start_application(FAMILY, "a draft of theirs", "bn", TODAY, cycle_id=key)
    publish_cycle(officer, key, version(cast, key))
    for token, cycle_id in (("one", key), ("two", cast.cycle)):
        start_application(FAMILY, token, "bn", TODAY, cycle_id=cycle_id)
        begun_in = find_by_token(token)
        assert begun_in is not None and begun_in.cycle_id == cycle_id


# --- what a class decides for itself

OWN = replace(
    SEATS,
    method=Method.TEST,
    fee=Decimal(200),
    age_from_on=date(2028, 3, 1),
    age_to_on=date(2028, 3, 1),
    section_rule=SectionRule.BALANCE,
)


def test_a_class_goes_its_own_way_and_a_copy_keeps_it(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    six = add_class(officer, key, cast.class_6, OWN)
    publish_cycle(officer, key, version(cast, key))
    places = {each.class_id: each for each in list_open_classes(DETAILS.opens_on) if each.cycle_id == key}
    own, other = places[cast.class_6], places[cast.class_7]
    assert (own.terms.method, own.terms.fee, own.age.from_on) == (Method.TEST, 200, date(2028, 3, 1))
    assert (other.terms.method, other.terms.fee, other.age.from_on) == (
        Method.LOTTERY,
        110,
        date(2028, 1, 1),
    )
    assert [each.class_name for each in list_undrawn(officer) if each.seat_id == six] == []
    assert {each.seat_id for each in list_undrawn(officer)} == {other.seat_id}
    assert get_class(officer, six).method is find_pool(officer, six, Shift.MORNING).method is Method.TEST
    copy = get_cycle(officer, copy_cycle(officer, key, year(cast, 2029)))
    details = next(each.details for each in copy.classes if each.class_id == cast.class_6)
    later = date(2029, 3, 1)
    assert details == replace(OWN, age_from_on=later, age_to_on=later)


def test_statements_and_rules_agree_on_what_holds_for_a_class(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    add_class(officer, key, cast.class_6, replace(OWN, fee=Decimal(0), method=None))
    rows = session().execute(
        select(AdmissionCycle, AdmissionSeat, METHOD_HERE, FEE_HERE).join(
            AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id
        )
    )
    found = [(terms_for(cycle, seat), method, fee) for cycle, seat, method, fee in rows]
    assert len(found) == 4 and all((each.method, each.fee) == (method, fee) for each, method, fee in found)


def test_the_fee_and_the_age_are_those_of_the_class_applied_for(cast: Cast) -> None:
    officer = cast.farida.actor
    application = sent()
    assert not fee_asked(application.id)
    seat = next(each for each in get_cycle(officer, cast.cycle).classes if each.class_id == cast.class_7)
    own = replace(seat.details, fee=Decimal(50), age_from_months=144, age_from_on=date(2026, 3, 13))
    change_class(officer, cast.cycle, seat.id, seat.version, own)
    case = get_case(officer, application.id)
    assert fee_asked(application.id) and case.fee == 50 and case.is_due
    token = draft(papers=False, phone="+8801911111111", class_id=cast.class_6)
    with pytest.raises(AgeOutside) as refused:
        save_step(FAMILY, token, Step.CHILD, child_answers(), TODAY)
    assert refused.value.params["day"] == date(2026, 3, 13)
    save_step(FAMILY, token, Step.CHILD, child_answers(born_on=date(2014, 3, 13)), TODAY)


def test_last_years_cycle_is_copied_with_its_days_moved(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    publish_cycle(officer, key, version(cast, key))
    change_form(officer, key, 0, lambda form: move_field(form, "gender", up=True))
    copy = get_cycle(officer, copy_cycle(officer, key, year(cast, 2029)))
    assert get_form(officer, copy.id).draft == get_form(officer, key).draft
    assert version_in_force(copy.id) is None
    assert copy.state is CycleState.DRAFT and copy.published_at is None and copy.applications == 0
    assert (copy.details.opens_on, copy.details.closes_on) == (date(2028, 11, 21), date(2028, 12, 5))
    assert (copy.details.age_from_on, copy.details.age_to_on) == (date(2029, 1, 1), date(2029, 12, 31))
    assert copy.details.method is Method.LOTTERY and copy.details.papers == USUAL
    assert copy.classes[0].details == SEATS and copy.quotas[0].details == NEEDS
    assert copy.quotas[0].id != get_cycle(officer, key).quotas[0].id
    with pytest.raises(CycleTaken):
        copy_cycle(officer, key, copy.year_id)
    with pytest.raises(NotFound):
        copy_cycle(cast.hasan.actor, key, cast.other_year)


def test_only_an_unused_draft_is_deleted(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    remove_cycle(officer, key)
    with pytest.raises(NotFound):
        get_cycle(officer, key)
    with pytest.raises(NotADraft):
        remove_cycle(officer, cast.cycle)


def test_what_families_applied_for_stays(cast: Cast) -> None:
    officer = cast.farida.actor
    quota = add_quota(officer, cast.cycle, NEEDS)
    token = draft()
    save_step(FAMILY, token, Step.ADDRESS, {"quota_ids": [quota]}, TODAY)
    seats = {each.class_id: each.id for each in get_cycle(officer, cast.cycle).classes}
    with pytest.raises(HasApplications):
        remove_class(officer, cast.cycle, seats[cast.class_7])
    with pytest.raises(HasApplications):
        remove_quota(officer, cast.cycle, quota)
    remove_class(officer, cast.cycle, seats[cast.class_6])
    save_step(FAMILY, token, Step.ADDRESS, {"quota_ids": None}, TODAY)
    remove_quota(officer, cast.cycle, quota)
    assert len(get_cycle(officer, cast.cycle).classes) == 1


def test_two_officers_are_told_of_each_other(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    seen = get_cycle(officer, key)
    seat, quota = seen.classes[0], seen.quotas[0]
    change_cycle(officer, key, seen.version, replace(DETAILS, fee=Decimal(100)))
    change_class(officer, key, seat.id, seat.version, replace(SEATS, parts=SEATS.parts[:1]))
    change_quota(officer, key, quota.id, quota.version, replace(NEEDS, percent=Decimal(3)))
    for act in (
        lambda: change_cycle(officer, key, seen.version, DETAILS),
        lambda: change_class(officer, key, seat.id, seat.version, SEATS),
        lambda: change_quota(officer, key, quota.id, quota.version, NEEDS),
        lambda: publish_cycle(officer, key, seen.version),
    ):
        with pytest.raises(Stale):
            act()
    now = get_cycle(officer, key)
    assert (now.details.fee, now.seats, now.quotas[0].details.percent) == (100, 55, 3)


def test_only_parts_changing_is_a_change_too(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    seat = get_cycle(officer, key).classes[0]
    swapped = replace(SEATS, parts=(SeatPart("ক", Shift.MORNING, 50), SeatPart("খ", Shift.DAY, 55)))
    change_class(officer, key, seat.id, seat.version, swapped)
    with pytest.raises(Stale):
        change_class(officer, key, seat.id, seat.version, SEATS)
    assert get_cycle(officer, key).classes[0].details == swapped


def test_what_cannot_be_is_refused(cast: Cast) -> None:
    officer, key = cast.farida.actor, begun(cast)
    with pytest.raises(ClassTaken):
        add_class(officer, key, cast.class_7, SEATS)
    with pytest.raises(AgesCrossed):
        add_class(officer, key, cast.class_6, replace(SEATS, age_to_months=1))
    with pytest.raises(NotFound):
        add_class(officer, key, cast.other_class_7, SEATS)
    with pytest.raises(TooManyPercent):
        add_quota(officer, key, replace(NEEDS, percent=Decimal(98)))
    quota = get_cycle(officer, key).quotas[0]
    add_quota(officer, key, replace(NEEDS, percent=Decimal(90)))
    with pytest.raises(TooManyPercent):
        change_quota(officer, key, quota.id, quota.version, replace(NEEDS, percent=Decimal(11)))


def test_others_neither_see_nor_touch_it(cast: Cast) -> None:
    key, elsewhere = begun(cast), cast.jamil.actor
    assert key not in {line.id for line in list_cycles(elsewhere)}
    assert {line.id for line in list_cycles(cast.amina.actor)} == {key, cast.cycle}
    for act in (
        lambda: get_cycle(elsewhere, key),
        lambda: publish_cycle(elsewhere, key, 1),
        lambda: add_cycle(elsewhere, cast.year, DETAILS),
        lambda: copy_cycle(elsewhere, key, cast.other_year),
        lambda: remove_cycle(cast.bashir.actor, key),
    ):
        with pytest.raises((NotFound, Forbidden)):
            act()


def test_a_cycle_of_the_release_before_works_on(cast: Cast) -> None:
    """It has no method, no fee, no parts: it stays open, asks for two papers and can be looked at."""
    row = session().get_one(AdmissionCycle, cast.cycle)
    assert row.state is CycleState.PUBLISHED and row.method is None
    found = get_cycle(cast.farida.actor, cast.cycle)
    assert found.details.papers == USUAL and found.seats == 80
    place = list_open_classes(TODAY)[0]
    assert place.terms.fee is None and place.terms.papers == USUAL and not place.age.asks


# --- the family


def test_a_child_of_another_age_is_told_the_rule(cast: Cast) -> None:
    strict(cast)
    token = draft(papers=False, born_on=date(2014, 3, 14))
    for born_on, words in ((date(2015, 1, 2), "or earlier"), (date(2012, 12, 31), "or later")):
        with pytest.raises(AgeOutside) as refused:
            save_step(FAMILY, token, Step.CHILD, child_answers(born_on=born_on), TODAY)
        assert refused.value.field == "born_on" and words in refused.value.message
    for born_on in (date(2015, 1, 1), date(2013, 1, 1)):
        save_step(FAMILY, token, Step.CHILD, child_answers(born_on=born_on), TODAY)


def test_relief_is_for_those_who_claim_its_quota_and_prove_it(cast: Cast) -> None:
    strict(cast)
    needs = add_quota(cast.farida.actor, cast.cycle, NEEDS)
    token = draft(born_on=date(2009, 1, 1))  # five years older than the rule
    with pytest.raises(AgeOutside):
        submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    save_step(FAMILY, token, Step.ADDRESS, address_answers(quota_ids=[needs]), TODAY)
    with pytest.raises(NotComplete) as refused:
        submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    assert [gap.field for gap in refused.value.gaps] == ["disability_paper"]
    attach_document(FAMILY, token, DocumentKind.DISABILITY_PAPER, pdf(), "paper.pdf")
    check_files()
    assert submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)


def test_papers_follow_the_quotas_that_are_claimed(cast: Cast) -> None:
    needs = add_quota(cast.farida.actor, cast.cycle, NEEDS)
    token = draft(papers=False)

    def asked() -> tuple[DocumentKind, ...]:
        found = find_by_token(token)
        assert found is not None
        return list_papers_asked(found)

    assert asked() == USUAL
    with pytest.raises(NotFound):
        attach_document(FAMILY, token, DocumentKind.DISABILITY_PAPER, pdf(), "paper.pdf")
    save_step(FAMILY, token, Step.ADDRESS, {"quota_ids": [needs, cast.campus]}, TODAY)
    assert asked() == (*USUAL, DocumentKind.DISABILITY_PAPER)
    found = find_by_token(token)
    assert found is not None and list(found.quota_ids) == [needs], "what is no quota is not kept"


def test_nothing_is_sent_to_a_cycle_that_closed(cast: Cast) -> None:
    token = draft()
    close_cycle(cast.farida.actor, cast.cycle)
    with pytest.raises((ApplicationsClosed, NotComplete)):
        submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)


def test_an_application_keeps_its_cycle(cast: Cast) -> None:
    application = sent()
    close_cycle(cast.farida.actor, cast.cycle)
    assert application.cycle_id == cast.cycle and application.quota_ids == []
