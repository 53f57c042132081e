"""A family that lost its link comes back by a code on its phone, and applies for a sister without typing all again."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.domain.academics.types import Shift
from app.domain.accounts.numbers import CODE_TRIES
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import change_class
from app.domain.admissions.cycles.types import SeatDetails, SeatPart
from app.domain.admissions.forms.models import FamilyCode
from app.domain.admissions.models import Application
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel.digits import to_ascii_digits
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.uow import session
from tests.pages.apply.test_journey import ADDRESS, CHILD, FORM, GUARDIAN, NEXT, begin, seat, step, token_of
from tests.support.applications import draft, sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

PHONE, TYPED = "+8801812345678", "০১৮১২-৩৪৫৬৭৮"


def ask(client: PageClient, phone: str = TYPED, status: int | None = None) -> Page:
    return client.get("/en/admissions/code").submit(values={"phone": phone}, status=status)


def codes() -> list[str]:
    """The codes on the family's phone, the oldest first."""
    texts = session().scalars(
        select(OutboxMessage.body)
        .where(OutboxMessage.channel == Channel.SMS, OutboxMessage.kind == "family_code")
        .order_by(OutboxMessage.id)
    )
    return [re.sub(r"\D", "", to_ascii_digits(text)) for text in texts]


def test_a_lost_draft_and_what_was_sent_are_found_by_the_phone(client: PageClient, cast: Cast) -> None:
    token = draft(papers=False, child_name_en="Raiyan Hossain")
    other = sent(child_name_en="Rumana Hossain", birth_registration_no="20126119483104271")
    page = ask(client)
    assert page.url.endswith("/code/enter")
    page = page.submit(values={"code": codes()[0]})
    assert page.url.endswith("/mine") and (other.reference or "") in page.text
    forms = page.all("main form")
    assert len(forms) == 2
    unsent = session().scalars(select(Application).where(Application.reference.is_(None))).one()
    opened = client.post(f"/en/admissions/mine/{unsent.id}", {})
    assert step(opened.url) == "documents" and token_of(opened) != token
    assert step(PageClient(client.app).get(opened.url).url) == "documents", "the new link works by itself"
    assert step(client.get(f"/en/apply/{token}").url) == "documents", "and so does the old one"
    again = client.post(f"/en/admissions/mine/{unsent.id}", {})
    client.get(opened.url, status=404)
    assert again.url != opened.url
    shown = client.post(f"/en/admissions/mine/{other.id}", {})
    assert shown.url.endswith(str(other.reference))
    stranger = PageClient(client.app)
    assert stranger.post(f"/en/admissions/mine/{other.id}", {}).url.endswith("/code")
    assert stranger.get("/en/admissions/mine").url.endswith("/code")


def test_nobody_learns_whether_a_number_has_applied(client: PageClient, cast: Cast) -> None:
    sent()
    known, unknown = (
        re.sub(r'value="[^"]*"', "", ask(PageClient(client.app), phone).text)
        for phone in (TYPED, "01999999999")
    )
    assert known == unknown and len(codes()) == 1
    page = ask(client, "01999999998")
    said = [page.submit(values={"code": "000000"}, status=422).errors for _ in range(CODE_TRIES + 1)]
    assert said[0] != said[-1] and len(codes()) == 1
    page = client.get("/en/admissions/code/enter")
    assert "no longer works" in page.submit(values={"code": codes()[0]}, status=422).text


def test_a_code_works_once_for_ten_minutes_and_a_few_tries(client: PageClient, cast: Cast) -> None:
    sent()
    page = ask(client)
    code = codes()[-1]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(CODE_TRIES):
        assert "not the code" in page.submit(values={"code": wrong}, status=422).text
    assert "no longer works" in page.submit(values={"code": code}, status=422).text
    page = ask(client)
    session().execute(update(FamilyCode).values(expires_at=func.now() - timedelta(seconds=1)))
    assert "no longer works" in page.submit(values={"code": codes()[-1]}, status=422).text
    page = ask(client)
    code = codes()[-1]
    assert page.submit(values={"code": code}).url.endswith("/mine")
    assert "too many" in ask(client, status=429).text, "three a day for one number"
    assert LIMITS[Limit.PHONE_CODE_NUMBER].most == 3


def test_a_sister_is_asked_only_what_is_new(client: PageClient, cast: Cast) -> None:
    page = begin(client, "en").submit(FORM, CHILD | seat(cast) | NEXT).submit(FORM, GUARDIAN | NEXT)
    page.submit(FORM, ADDRESS | {"do": "later"})
    saved = client.get(f"/en/apply/{token_of(page)}/saved")
    second = saved.submit('main form[action$="/start"]')
    assert step(second.url) == "child" and token_of(second) != token_of(page)
    second = second.submit(FORM, CHILD | {"child_name_en": "Rumana"} | seat(cast) | NEXT)
    offer = second.one('form[action$="/same"]')
    assert "Raiyan" in second.text and offer
    second = second.submit('form[action$="/same"]')
    assert step(second.url) == "guardian" and not second.all('form[action$="/same"]')
    form = 'form[action$="/guardian"]'
    assert second.values(form)["email"] == "shahana@family.example"
    second = second.submit(form, NEXT)
    assert second.values()["district"] == "Mymensingh"
    row = session().scalars(select(Application).order_by(Application.id.desc())).first()
    assert row and (row.child_name_en, row.phone, row.guardian_name_bn) == ("Rumana", PHONE, "শাহানা আক্তার")


def test_a_phone_or_reference_alone_tells_nothing_of_another_family(client: PageClient, cast: Cast) -> None:
    application = sent()
    key = client.get("/en/admissions/").values(FORM)["key"]
    for like in ({"like": application.reference}, {"like": PHONE}, {"like_link": str(application.id)}):
        page = client.post("/en/admissions/start", {"key": key, **like})
        page = client.post(page.url, CHILD | seat(cast) | NEXT)
        assert step(page.url) == "guardian" and not page.all('form[action$="/same"]')
        page = client.post(f"/en/apply/{token_of(page)}/same", {"step": "guardian"})
        assert page.values(FORM)["phone"] == "" and "শাহানা" not in page.text
    page = client.get("/en/admissions/status").submit(
        values={"reference": application.reference, "phone": "01812345678"}
    )
    mine = page.submit('main form[action$="/start"]').submit(FORM, CHILD | seat(cast) | NEXT)
    assert mine.all('form[action$="/same"]'), "who has shown both is offered its own answers"


@pytest.mark.parametrize(("parts", "asked"), [((Shift.MORNING, Shift.DAY), True), ((Shift.DAY, None), False)])
def test_the_shift_is_asked_where_the_class_has_several(
    client: PageClient, cast: Cast, parts: tuple[Shift | None, ...], asked: bool
) -> None:
    kept = next(
        each for each in get_cycle(cast.farida.actor, cast.cycle).classes if each.class_id == cast.class_7
    )
    details = SeatDetails(tuple(SeatPart("", shift, 20) for shift in parts))
    change_class(cast.farida.actor, cast.cycle, kept.id, kept.version, details)
    page = begin(client, "en")
    assert bool(page.all("#shift")) is asked
    page = page.submit(FORM, CHILD | seat(cast) | NEXT, status=422 if asked else 200)
    if asked:
        assert page.one('[data-errors] a[href="#shift"]') and page.one('[data-when="seat"] #shift')
        review = client.get(f"/en/apply/{token_of(page)}/review")
        page = page.submit(FORM, {"shift": "evening"} | NEXT, status=422)
        page = page.submit(FORM, {"shift": "day"} | NEXT)
        assert "Day shift" in client.get(review.url).text
    assert step(page.url) == "guardian"
    row = session().scalars(select(Application)).one()
    assert row.shift == (Shift.DAY if asked else None) and row.status is ApplicationStatus.DRAFT
    assert date(2014, 3, 14) == row.born_on
