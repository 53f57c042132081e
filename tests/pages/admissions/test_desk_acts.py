"""What officers do at the desk besides deciding: filters, officers, milestones, pairs, many at once, keys."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.accounts.services import switch_language
from app.domain.admissions.desk.services import add_usual_milestones
from app.domain.admissions.models import Application
from app.domain.admissions.types import ApplicationStatus
from app.uow import session
from tests.support.applications import decided, sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

QUEUE = "/admissions/applications/"
TICKS = "main form[action*=bulk]"


def states() -> list[ApplicationStatus]:
    return list(session().scalars(select(Application.status).order_by(Application.submitted_at)))


def values_of(page: Page, name: str) -> list[str]:
    """What all controls of a name hold."""
    return [str(tag["value"]) for tag in page.all(f"main [name={name}]")]


def test_a_filter_is_saved_used_and_forgotten(client: PageClient, cast: Cast) -> None:
    sent()
    page = client.as_(cast.farida).get(QUEUE, query={"officer": "nobody", "papers": "open"})
    assert page.one(".empty") and page.one("#officer option[selected]")["value"] == "nobody"
    saved = page.submit("main form[action*=filters]", {"name": "Nobody's, papers open"})
    chip = saved.one('nav[aria-label="Saved filters"] .chip')
    assert chip["aria-current"] == "true" and chip.get_text(strip=True) == "Nobody's, papers open"
    gone = saved.submit("main form[action*='filters/remove']")
    assert not gone.all('nav[aria-label="Saved filters"]')
    for query in ({"cycle": "all"}, {"cycle": "x"}, {"officer": "x"}, {"doubt": "x"}, {"officer": "mine"}):
        assert client.get(QUEUE, query=query).status == 200


def test_an_officer_takes_an_application_and_ticks_a_milestone(client: PageClient, cast: Cast) -> None:
    application = sent()
    add_usual_milestones(cast.farida.actor, cast.cycle)
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}")
    page = page.submit("form[action*=assign]", {"officer_id": str(cast.amina.user_id)})
    assert page.one("#officer_id option[selected]").get_text() == "Amina Rahman"
    page = page.submit(".cols li:first-child form[action*=milestones]")
    assert "Farida Yasmin" in page.one("#milestones + .list").get_text()
    row = client.get(QUEUE).one(".queue li").get_text()
    assert "1 of 4" in row and "Amina Rahman" in row
    anchors = {str(link["href"]) for link in page.all(".parts a")}
    assert anchors >= {"#overview", "#facts", "#papers", "#family", "#notes", "#history"}
    assert all(page.one(anchor) for anchor in anchors)


def test_two_for_one_child_are_set_apart_or_merged(client: PageClient, cast: Cast) -> None:
    first, again = sent(), sent()
    url = f"{QUEUE}{again.id}"
    page = client.as_(cast.farida).get(url)
    apart = page.submit(f"form[action*='pairs/{first.id}']:has([value=dismissed])")
    assert not apart.all(".note.warn") and "Not the same child" in apart.text
    page = apart.submit(f"form[action*='pairs/{first.id}']")
    question = page.follow("Merge the two")
    assert question.submit(values={}, status=422).one("[data-errors]")
    done = question.submit(values={"keep": str(first.id)})
    assert done.url == f"{QUEUE}{first.id}" and "Merged" in done.text
    assert f"Merged into {first.reference}" in client.get(url).text
    assert states() == [ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN]
    late = question.submit(values={"keep": str(first.id)}, status=None)
    assert "changed this in the meantime" in late.text or "cannot be merged" in late.text


@pytest.mark.parametrize("all_of_it", [True, False], ids=["all", "ticked"])
def test_many_are_decided_with_a_preview_and_taken_back(
    client: PageClient, cast: Cast, all_of_it: bool
) -> None:
    one, other = sent(), decided(ApplicationStatus.REJECTED, phone="+8801911111111")
    page = client.as_(cast.farida).get(QUEUE)
    chosen = {"all": "1"} if all_of_it else {"row": [str(one.id), str(other.id)]}
    asked = page.submit(TICKS, {"act": "waitlisted"} | chosen)
    assert not asked.all("[data-errors], .oops"), "nobody has been asked for anything yet"
    rows = values_of(asked, "row")
    assert set(rows) == {str(one.id), str(other.id)}
    assert asked.submit(TICKS, {"text": "", "row": rows}, status=422).one("[data-errors]")
    preview = asked.submit(TICKS, {"text": "Every seat is taken.", "row": rows})
    assert preview.one("#will").get_text().endswith("1 application") and preview.one("#will-not")
    assert states().count(ApplicationStatus.WAITLISTED) == 0
    seen = [value for value in values_of(preview, "row") if ":" in value]
    done = preview.submit("main form[action*='bulk/do']", {"row": seen})
    assert done.one("#done") and done.one("#left") and "1 of 2" in done.one("h1").get_text()
    assert states().count(ApplicationStatus.WAITLISTED) == 1
    back = done.submit("main form[action*=undo]")
    assert "1 of 1 taken back." in back.text and states().count(ApplicationStatus.WAITLISTED) == 0


def test_ticking_nothing_is_said_and_nonsense_changes_nothing(client: PageClient, cast: Cast) -> None:
    sent()
    client.as_(cast.farida)
    for form in ({"act": "note", "text": "x"}, {"act": "offered", "text": "x", "row": "x"}):
        assert client.post(f"{QUEUE}bulk", form, status=422).one("[data-errors]")
    assert states() == [ApplicationStatus.SUBMITTED]


def test_the_milestones_of_a_cycle_are_data(client: PageClient, cast: Cast) -> None:
    page = client.as_(cast.farida).get(f"{QUEUE}milestones/{cast.cycle}").submit("main form")
    assert len(page.all(".list li")) == 4
    edit = page.follow("Edit")
    edit.submit(values={"name-en": "", "name-bn": "", "name-ar": ""}, status=422)
    page = edit.submit(values={"name-en": "Papers look right"})
    assert "Papers look right" in page.text
    gone = page.follow("Remove").submit()
    assert len(gone.all(".list li")) == 3


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_the_keys_are_listed_and_can_be_turned_off(client: PageClient, cast: Cast, lang: str) -> None:
    application = sent()
    switch_language(cast.farida.actor, lang)
    keys = client.as_(cast.farida).get(f"{QUEUE}keys")
    assert len(keys.all("main kbd")) >= 10
    assert keys.submit().one("body")["data-keys"] == "off"
    assert client.get(f"{QUEUE}{application.id}").one("body")["data-keys"] == "off"
    client.get(f"{QUEUE}keys").submit()
    assert not client.get(QUEUE).one("body").get("data-keys")
