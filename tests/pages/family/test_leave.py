"""A family announces on the phone, the class teacher answers on the tablet; all of it without script."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.types import LeaveReason, LeaveState, Span
from app.domain.attendance.notices.models import NoticeWay
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.files.services import sweep
from app.domain.outbox.types import Channel
from app.uow import session
from tests.pages.family.test_family import english
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter
from tests.support.uploads import picture

SUNDAY = date(2026, 11, 22)


def days(first: int, last: int, **more: Any) -> dict[str, Any]:
    """The form's days of November."""
    found = {
        f"{name}-{part}": value
        for name, day in (("first", first), ("last", last))
        for part, value in (("d", str(day)), ("m", "11"), ("y", "2026"))
    }
    return {**found, **more}


def case() -> Leave:
    return session().scalars(select(Leave).execution_options(populate_existing=True)).one()


def press(page: Page, act: str, **values: Any) -> Page:
    """Press one of the buttons of the list."""
    return page.submit("main form[action$='/answer']", {"act": act, **values})


def test_an_absence_is_explained_in_two_taps_and_answered_with_one(cast: Cast, client: PageClient) -> None:
    english(cast)
    for day in (19, 22):
        save_register(
            cast.bashir.actor,
            cast.section_7a,
            date(2026, 11, day),
            version=0,
            chosen={cast.rafi_student: AttendanceStatus.ABSENT},
        )
    page = client.as_(cast.dalia).get("/family/")
    assert "Not explained: 2 days absent, 19 Nov to 22 Nov" in page.text
    sent = page.follow("Explain").submit()
    assert "Sent. The class teacher reads it." in sent.text
    assert "19 Nov to 22 Nov" in sent.text
    assert "Not explained" not in client.get("/family/").text
    answers = client.as_(cast.bashir).get("/attendance/leave/")
    button = answers.one("button[value^='approve ']")
    done = press(answers, str(button["value"]))
    assert "1 answered." in done.text
    assert "Excused: 19 Nov, 22 Nov" in done.text
    assert "They wait for an answer again" in done.submit("form[action$='/undo']").text


def test_a_paper_is_for_whoever_answers(cast: Cast, client: PageClient) -> None:
    english(cast)
    form = client.as_(cast.dalia).get(f"/family/leave/ask/?child={cast.rumi_student}")
    paper = (picture(), "note.jpg")
    form.submit(values=days(23, 24, words="fever", reason="ill", paper=paper))
    sweep()
    url = f"/attendance/leave/{case().id}/paper"
    client.as_(cast.amina).get("/attendance/leave/")
    assert client.raw.get(url).status_code == 200
    # Rumi sits in 6A, whose class teacher Bashir is not.
    for nick, status in (("bashir", 404), ("dalia", 403), ("farida", 403), ("gias", 404)):
        client.as_(getattr(cast, nick)).get(url, status=status)


def test_what_is_wrong_stays_on_the_form_with_what_was_typed(cast: Cast, client: PageClient) -> None:
    english(cast)
    form = client.as_(cast.dalia).get("/family/leave/ask/")
    page = form.submit(values=days(24, 23, children=[str(cast.rafi_student)], words="wedding"), status=422)
    assert "The last day is before the first." in page.text
    assert "wedding" in page.one("textarea").get_text()
    nobody = form.submit(values=days(23, 23), status=422)
    assert "Choose at least one child." in nobody.text


def test_approved_leave_is_named_where_it_is_asked_again(cast: Cast, client: PageClient) -> None:
    english(cast)
    both = [str(cast.rafi_student), str(cast.rumi_student)]
    client.as_(cast.dalia).get("/family/leave/ask/").submit(values=days(23, 23, children=both))
    answers = client.as_(cast.amina).get("/attendance/leave/")
    chosen = [str(tag["value"]) for tag in answers.all("input[name=case]")]
    assert len(chosen) == 2
    refused = press(answers, "decline", case=chosen).text
    assert "Write a word to the family" in refused
    press(answers, "approve", case=chosen)
    again = (
        client.as_(cast.dalia)
        .get("/family/leave/ask/")
        .submit(values=days(22, 23, children=[str(cast.rafi_student)]), status=409)
    )
    assert "Approved" in again.follow("See what is approved").text


def test_a_family_shortens_and_withdraws(cast: Cast, client: PageClient) -> None:
    english(cast)
    form = client.as_(cast.dalia).get(
        f"/family/leave/ask/?child={cast.rafi_student}&first=2026-11-23&last=2026-11-25"
    )
    page = form.submit().follow("23 Nov to 25 Nov")
    page = page.submit("form[action$='/shorten']", {"last": "2026-11-24"})
    assert "23 Nov to 24 Nov" in page.text
    assert "Withdrawn." in page.submit("form[action$='/withdraw']").text
    assert case().state is LeaveState.WITHDRAWN
    assert (case().first_on, case().last_on) == Span(date(2026, 11, 23), date(2026, 11, 24))
    assert case().reason is LeaveReason.ILL


def test_a_student_sees_leave_and_asks_for_none(cast: Cast, client: PageClient) -> None:
    english(cast)
    client.as_(cast.dalia).get(f"/family/leave/ask/?child={cast.rafi_student}").submit()
    page = client.as_(cast.rafi).get("/my-record/")
    assert "leave asked" in page.text
    assert "Announce" not in page.text
    client.get("/family/leave/ask/", status=403)


@pytest.mark.parametrize("act", ["", "burn", "approve x", "approve 5a5a5a5a-0000-4000-8000-000000000000:x"])
def test_a_form_that_was_tampered_with(cast: Cast, client: PageClient, act: str) -> None:
    client.as_(cast.bashir).post("/attendance/leave/answer", {"act": act}, status=400)


def test_a_guardian_says_how_to_be_told(cast: Cast, client: PageClient) -> None:
    english(cast)
    page = client.as_(cast.ehsan).get("/family/notices/")
    page.submit(values={"channel": "mail"})
    assert session().scalars(select(NoticeWay)).one().channel is Channel.MAIL
    client.as_(cast.dalia).get("/family/notices/").submit(values={"channel": "mail"}, status=422)


def test_statements_of_the_answers_do_not_grow(cast: Cast, client: PageClient, queries: QueryCounter) -> None:
    both = [str(cast.rafi_student), str(cast.rumi_student)]
    client.as_(cast.amina).get("/attendance/leave/")
    with queries.at_most(3):
        client.get("/attendance/leave/")
    client.as_(cast.dalia).get("/family/leave/ask/").submit(values=days(23, 23, children=both))
    client.as_(cast.amina).get("/attendance/leave/")
    with queries.at_most(3):
        client.get("/attendance/leave/")
