"""An officer makes next year's cycle on the page, without script, and a family finds what she wrote."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.domain.academics.services import add_year
from app.domain.academics.types import YearDetails
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import add_quota, change_class, change_cycle
from app.domain.admissions.cycles.types import CycleView, SeatDetails, SeatPart
from app.domain.admissions.models import AdmissionCycle, Application
from app.uow import session
from tests.domain.admissions.test_cycles import DETAILS, NEEDS, begun, strict
from tests.pages.apply.test_journey import ADDRESS, CHILD, FORM, GUARDIAN, NEXT, begin, seat, step, token_of
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter


def days(name: str, day: date) -> dict[str, str]:
    """The three answers of a date."""
    return {f"{name}-d": str(day.day), f"{name}-m": str(day.month), f"{name}-y": str(day.year)}


def named(page: Page, label: str) -> Page:
    """Go where the link leads that is read aloud so."""
    return page.client.get(str(page.one(f'a[aria-label="{label}"]')["href"]))


def next_year(cast: Cast) -> UUID:
    """The school year to come."""
    details = YearDetails("2027", date(2027, 1, 1), date(2027, 12, 31))
    return add_year(cast.hasan.actor, cast.campus, details)


def cycle_of(cast: Cast, page: Page) -> CycleView:
    """The cycle a page is about."""
    return get_cycle(cast.farida.actor, UUID(page.url.split("/")[3]))


def start(client: PageClient, cast: Cast) -> Page:
    """The page of a new draft."""
    client.as_(cast.farida)
    page = client.get("/admissions/applications/").follow("Admission cycles").follow("Begin a cycle")
    answers: dict[str, Any] = {"year_id": str(next_year(cast))}
    answers |= days("opens_on", date(2026, 11, 21)) | days("closes_on", date(2099, 12, 5))
    return page.submit(**answers)


def test_an_officer_makes_a_cycle_and_a_family_reads_it(client: PageClient, cast: Cast) -> None:
    page = start(client, cast)
    missing = [link.get_text() for link in page.all(".note.warn a")]
    assert len(missing) == 3 and "Add a class." in missing, "what is missing leads to where it is mended"
    terms = named(page, "Edit days, method and fee")
    page = terms.submit(method="lottery", fee="১১০", section_most="55")
    rules = named(page, "Edit ages and papers")
    ages = days("age_from_on", date(2027, 1, 1)) | days("age_to_on", date(2027, 12, 31))
    page = rules.submit(papers=["birth_certificate", "photo", "guardian_nid"], **ages)
    one = page.follow("Add a class").submit(
        **{
            "class_id": str(cast.class_6),
            "parts-0-section": "ক",
            "parts-0-shift": "morning",
            "parts-0-seats": "৫৫",
            "parts-2-section": "খ",
            "parts-2-seats": "50",
            "age_from_years": "১০",
            "age_from_rest": "6",
            "age_to_years": "13",
            "papers": ["previous_result"],
        }
    )
    quota = {"name-en": "Special needs", "name-bn": "বিশেষ চাহিদা", "percent": "২.৫", "relief_years": "5"}
    page = one.follow("Add a quota").submit(papers=["disability_paper"], **quota)
    found = cycle_of(cast, page)
    assert found.seats == 105 and (found.classes[0].details.age_from_months, found.details.fee) == (126, 110)
    assert found.quotas[0].details.relief_months == 60
    assert "Nothing is missing" in page.one(".note.ok").get_text()
    cells = [cell.get_text() for cell in page.all("table tbody td")]
    assert "2" in cells and "103" in cells, "2.5 percent of 105 seats are 2, and the rest is for everybody"
    preview = page.follow("What families read")
    assert "drawn by lot" in preview.text and "National identity card" in preview.text
    assert "2027" not in client.get("/en/admissions/").one("main").get_text(), "a draft is the office's own"
    page = page.follow("Publish").submit()
    assert page.one(".tag.info") and "The cycle is published." in page.one("#toasts").get_text()
    public = client.get("/en/admissions/").one("main").get_text()
    for words in (
        "2027",
        "10 years 6 months to 13 years",
        "born 31 December 2014 to 1 July 2016",
        "৳110",
        "drawn by lot",
        "Special needs: 2.50%",
        "Result of the last class",
    ):
        assert words in public, words


def test_a_cycle_with_holes_is_not_published_and_says_where_they_are(client: PageClient, cast: Cast) -> None:
    page = start(client, cast)
    question = page.follow("Publish")
    assert not question.all(FORM) and len(question.all(".note.bad a")) == 3
    key = page.url.split("/")[3]
    again = client.post(f"/admissions/cycles/{key}/publish", {"version": "1"}, status=422)
    assert len(again.all(".note.bad a")) == 3


def test_a_double_click_begins_one_cycle(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    page = client.get("/admissions/cycles/new")
    answers: dict[str, Any] = {"year_id": str(next_year(cast))}
    answers |= days("opens_on", date(2026, 11, 21)) | days("closes_on", date(2026, 12, 5))
    assert page.submit(**answers).url == page.submit(**answers).url
    assert session().scalar(select(func.count()).select_from(AdmissionCycle)) == 2


def test_last_years_cycle_is_copied_on_the_page(client: PageClient, cast: Cast) -> None:
    client.as_(cast.amina)
    page = client.get(f"/admissions/cycles/{begun(cast)}").follow("Copy the cycle")
    copy = page.submit(year_id=str(next_year(cast)))
    found = cycle_of(cast, copy)
    assert found.details.opens_on == date(2026, 11, 21) and found.seats == 105
    assert "Look through them" in copy.one("#toasts").get_text()
    gone = copy.follow("Delete the draft").submit()
    assert gone.url == "/admissions/cycles/" and "The draft is deleted." in gone.one("#toasts").get_text()


def test_two_officers_on_one_cycle_are_shown_both_versions(client: PageClient, cast: Cast) -> None:
    key = begun(cast)
    client.as_(cast.farida)
    page = client.get(f"/admissions/cycles/{key}/edit")
    publish = client.get(f"/admissions/cycles/{key}/publish")
    seats = named(client.get(f"/admissions/cycles/{key}"), "Edit Class Seven")
    seen = get_cycle(cast.amina.actor, key)
    change_cycle(cast.amina.actor, key, seen.version, DETAILS.__class__(DETAILS.opens_on, DETAILS.closes_on))
    one = seen.classes[0]
    change_class(cast.amina.actor, key, one.id, one.version, SeatDetails((SeatPart("গ", None, 20),)))
    both = page.submit(fee="200", status=409)
    assert "200" in both.text and "Not decided yet" in both.text
    assert both.submit(fee="200", method="merit").url == f"/admissions/cycles/{key}"
    assert "Somebody else" in publish.submit(status=409).text
    assert "গ" in seats.submit(**{"parts-0-seats": "54"}, status=409).text


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"parts-0-seats": "0"}, "how many seats"),
        ({"parts-0-seats": ""}, "how many seats"),
        ({"parts-0-seats": "a"}, "how many seats"),
        ({"parts-0-shift": "night"}, "one of the answers"),
        ({"parts-0-section": "<b>"}, "Leave out the signs"),
        ({"parts-1-section": "ক", "parts-1-shift": "morning"}, "same section and shift"),
        ({"age_from_years": "20"}, "below the lowest"),
    ],
)
def test_wrong_seats_stay_on_the_page_and_are_marked(
    client: PageClient, cast: Cast, answers: dict[str, str], words: str
) -> None:
    key = begun(cast)
    client.as_(cast.farida)
    page = named(client.get(f"/admissions/cycles/{key}"), "Edit Class Seven")
    refused = page.submit(**answers, status=422)
    assert words in refused.one("[data-errors]").get_text()
    assert refused.one('[name="parts-1-seats"]')["value"] == "50"
    assert get_cycle(cast.farida.actor, key).seats == 105


@pytest.mark.parametrize("percent", ["0", "100.01", "-1", "x", "1e2", "0.001"])
def test_a_share_is_a_percentage(client: PageClient, cast: Cast, percent: str) -> None:
    client.as_(cast.farida)
    page = client.get(f"/admissions/cycles/{cast.cycle}").follow("Add a quota")
    page.submit(**{"name-en": "Q", "percent": percent}, status=422)


def test_the_office_elsewhere_finds_nothing_and_a_teacher_may_not(client: PageClient, cast: Cast) -> None:
    client.as_(cast.jamil)
    assert "No admission cycle yet" in client.get("/admissions/cycles/").text
    client.get(f"/admissions/cycles/{cast.cycle}", status=404)
    client.as_(cast.bashir).get("/admissions/cycles/", status=403)


def test_twice_the_cycles_are_as_many_statements(
    client: PageClient, cast: Cast, queries: QueryCounter
) -> None:
    client.as_(cast.farida)
    client.get("/admissions/cycles/")
    with queries.counted() as few:
        client.get("/admissions/cycles/")
    begun(cast)
    with queries.counted() as many:
        client.get("/admissions/cycles/")
    assert len(few) == len(many)


def test_a_class_is_given_terms_of_its_own(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    start_page = client.get(f"/admissions/cycles/{cast.cycle}")
    terms = named(start_page, "Edit days, method and fee").submit(method="lottery", fee="110")
    seven = named(terms, "Edit Class Seven")
    assert seven.all('[name="method"] option')[0].get_text() == "As the cycle"
    own: dict[str, Any] = {"method": "test", "fee": "২০০", "section_rule": "balance", "age_from_years": "12"}
    page = seven.submit(**own, **days("age_from_on", date(2026, 3, 1)))
    row = page.one("table tbody").get_text()
    for words in ("Admission test", "৳200", "Girls and boys in balance", "the lowest age", "1 March 2026"):
        assert words.lower() in row.lower(), words
    public = client.get("/en/admissions/").one("main")
    six, other = [line.get_text() for line in public.select("ul.list li")]
    assert "৳110" in six and "৳200" in other and "12 years or more" in other
    given = [line.get_text() for line in public.select("h3 + ul")[0].select("li")]
    assert "Class Six" in given[0] and "drawn by lot" in given[0]
    assert "Class Seven" in given[1] and "admission test" in given[1]
    back = named(page, "Edit Class Seven").submit(method="", fee="", section_rule="even", age_from_years="")
    assert "Admission test" not in back.one("table tbody").get_text()


def test_a_late_intake_is_begun_beside_the_main_one_and_families_choose(
    client: PageClient, cast: Cast
) -> None:
    client.as_(cast.farida)
    new = client.get("/admissions/cycles/new")
    when = days("opens_on", date(2026, 1, 1)) | days("closes_on", date(2099, 12, 31))
    answers: dict[str, Any] = {"year_id": str(cast.year)} | when
    refused = new.submit(**answers, status=422)
    assert refused.one('[data-errors] a[href="#name-bn"], [data-errors] a[href="#name-en"]')
    page = refused.submit(**answers, **{"name-en": "Late intake", "name-bn": "বিলম্বিত ভর্তি"})
    assert page.one("h1").get_text().startswith("Late intake")
    late = cycle_of(cast, page).id
    copy = page.follow("Copy the cycle")
    assert copy.one('[name="name-en"]')["value"] == "Late intake"
    page = client.get(f"/admissions/cycles/{late}/classes/new")
    page = page.submit(class_id=str(cast.class_7), **{"parts-0-seats": "20"})
    page = named(page, "Edit days, method and fee").submit(method="first_come", fee="0")
    told = client.get(f"/admissions/cycles/{late}/publish").one(".note.bad").get_text()
    assert "Class Seven" in told and "31 December 2099" in told and "one cycle at a time" in told
    seat_id = next(
        each.id for each in get_cycle(cast.farida.actor, cast.cycle).classes if each.class_id == cast.class_7
    )
    client.get(f"/admissions/cycles/{cast.cycle}/classes/{seat_id}/remove").submit()
    client.get(f"/admissions/cycles/{late}/publish").submit()

    public = client.get("/bn/admissions/")
    forms = public.all(FORM)
    assert len(forms) == 2 and len(public.all('a[href^="#campus-"]')) == 2
    for card in forms:
        cycle_id = card.select_one('[name="cycle"]')["value"]
        begun_in = public.submit(f'{FORM}:has([value="{cycle_id}"])')
        again = public.submit(f'{FORM}:has([value="{cycle_id}"])')
        assert step(begun_in.url) == "child" and begun_in.url == again.url, "a double click begins once"
        first = begun_in.all('[name="seat"] option')[1].get_text()
        assert ("বিলম্বিত ভর্তি" in first) is (cycle_id == str(late)), "the classes of its intake come first"
    assert session().scalar(select(func.count()).select_from(Application)) == 2
    queue = client.get("/admissions/applications/")
    assert any("Late intake" in each.get_text() for each in queue.all('[name="cycle"] option'))


# --- the family


@pytest.mark.parametrize(
    ("lang", "age", "rule"),
    [
        ("en", "11 years 9 months", "born on 1 January 2013 or later"),
        ("bn", "বছর", "১ জানুয়ারি ২০১৩"),
        ("ar", "سنة", "1 يناير 2013"),
    ],
)
def test_a_child_of_another_age_reads_the_rule_beside_the_question(
    client: PageClient, cast: Cast, lang: str, age: str, rule: str
) -> None:
    strict(cast)
    born = {"born_on-d": "31", "born_on-m": "12", "born_on-y": "2012"}
    page = begin(client, lang).submit(FORM, CHILD | seat(cast) | born | NEXT, status=422)
    said = page.one('[data-errors] a[href="#born_on-d"]').get_text()
    assert rule in said
    if lang != "en":
        assert age in said
    assert step(page.submit(FORM, {"born_on-y": "2013"} | NEXT).url) == "guardian"


def test_a_family_claims_a_quota_and_is_asked_for_its_paper(client: PageClient, cast: Cast) -> None:
    quota = add_quota(cast.farida.actor, cast.cycle, NEEDS)
    page = begin(client, "en").submit(FORM, CHILD | seat(cast) | NEXT).submit(FORM, GUARDIAN | NEXT)
    assert "Special needs" in page.text
    page = page.submit(FORM, ADDRESS | {"quota_ids": [str(quota)]} | NEXT)
    assert page.one('input[type=file][name="disability_paper"]')
    review = client.get(f"/en/apply/{token_of(page)}/review")
    assert "Special needs" in review.one("#answer-quota_ids").get_text()
    refused = review.submit(FORM, {"consent": "y"} | NEXT, status=422)
    assert refused.one('[data-errors] a[href="#answer-disability_paper"]')
    assert session().scalars(select(Application)).one().quota_ids == [quota]


def test_the_start_page_is_small_and_asks_little(
    client: PageClient, cast: Cast, queries: QueryCounter
) -> None:
    add_quota(cast.farida.actor, cast.cycle, NEEDS)
    client.get("/bn/admissions/")
    with queries.counted() as statements:
        page = client.get("/bn/admissions/")
    assert len(statements) <= 6
    assert len(page.response.get_data()) < 24_000
