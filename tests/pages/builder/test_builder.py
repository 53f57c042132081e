"""An officer builds the form of her cycle, without script; a family fills it in; the office adds what only it knows."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.admissions.forms.models import AdmissionFormVersion
from app.domain.admissions.forms.queries import get_form
from app.domain.admissions.forms.types import FormState
from app.domain.admissions.models import Application
from app.domain.files.services import sweep as check_files
from app.uow import session
from tests.pages.apply.test_journey import (
    ADDRESS,
    CHILD,
    FORM,
    GUARDIAN,
    NEXT,
    PAPERS,
    begin,
    seat,
    step,
    token_of,
)
from tests.support.applications import sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

CANARY = "Canary of the office"


def three(name: str, en: str, bn: str = "প্রশ্ন", ar: str = "سؤال") -> dict[str, Any]:
    return {f"{name}-en": en, f"{name}-bn": bn, f"{name}-ar": ar}


def here(cast: Cast) -> str:
    return f"/admissions/cycles/{cast.cycle}/form"


def state(cast: Cast) -> FormState:
    return get_form(cast.farida.actor, cast.cycle)


def order(cast: Cast) -> list[str]:
    form = state(cast).draft
    assert form is not None
    return [f"{page.key}.{field.key}" for page in form.pages for field in page.fields]


def move(client: PageClient, cast: Cast, part: str, way: str) -> Page:
    return client.post(f"{here(cast)}/{part}/move", {"version": str(state(cast).version), "do": way})


def question(client: PageClient, cast: Cast, kind: str, label: str, **more: Any) -> Page:
    page = client.get(f"{here(cast)}/pages/more/fields/new")
    return page.submit(kind=kind, **three("label", label), **more)


def build(client: PageClient, cast: Cast) -> Page:
    """A page with a question, one that depends on it, and one of the office; published."""
    client.as_(cast.farida)
    client.get(f"{here(cast)}/pages/new").submit(**three("title", "More", "আরও", "المزيد"))
    question(client, cast, "yes_no", "Sibling here", required="y")
    question(client, cast, "line", "Which class", required="y")
    question(client, cast, "number", CANARY, office_only="y")
    condition = client.get(f"{here(cast)}/fields/which_class/condition?on=sibling_here")
    condition.submit(values={"values": ["yes"]})
    client.get(f"{here(cast)}/fields/previous_school/remove").submit()
    return client.get(here(cast)).follow("Publish").submit()


def at_more(client: PageClient, cast: Cast, lang: str = "en") -> Page:
    """A family at the page that the school has added."""
    client.as_(None)
    page = begin(client, lang).submit(FORM, CHILD | seat(cast) | NEXT)
    return page.submit(FORM, GUARDIAN | NEXT).submit(FORM, ADDRESS | NEXT)


def test_a_question_is_built_asked_answered_and_read(client: PageClient, cast: Cast) -> None:
    built = build(client, cast)
    assert "published" in built.one(".toast.ok").get_text() and state(cast).number == 1
    page = at_more(client, cast)
    assert step(page.url) == "more" and not page.all("#own_canary_of_the_office")
    assert page.all('[data-when="own_sibling_here"] #own_which_class') and "Only if" in page.text
    refused = page.submit(FORM, {"own_sibling_here": "yes", "own_which_class": ""} | NEXT, status=422)
    assert refused.one('[data-errors] a[href="#own_which_class"]')
    answers = {"own_sibling_here": "yes", "own_which_class": "Four <b>", "own_canary_of_the_office": "7"}
    refused = page.submit(FORM, answers | NEXT, status=422)
    assert refused.one("#own_which_class-e")
    page = client.post(page.url, answers | {"own_which_class": "Four", "rating": "1", "answers": "{}"} | NEXT)
    assert step(page.url) == "documents"
    token = token_of(page)
    page = page.submit(FORM, PAPERS | NEXT)
    check_files()
    review = client.get(f"/en/apply/{token}/review")
    assert "Four" in review.text and review.one("#answer-which_class")
    page = review.submit(FORM, {"consent": "y"} | NEXT)
    row = session().scalars(select(Application)).one()
    assert row.answers == {"sibling_here": "yes", "which_class": "Four"}
    for path in ("child", "more", "review", "saved", ""):
        assert CANARY not in client.get(f"/en/apply/{token}/{path}".rstrip("/")).text
    client.as_(cast.farida)
    record = client.get(f"/admissions/applications/{row.id}")
    assert "Sibling here" in record.text and CANARY in record.text
    record = record.follow("Answer for the office").submit(own_canary_of_the_office="৭", own_which_class="x")
    session().expire_all()
    assert row.answers == {"sibling_here": "yes", "which_class": "Four", "canary_of_the_office": 7}
    client.as_(None)
    assert CANARY not in client.get(page.url).text


def test_a_question_that_is_not_asked_is_not_kept(client: PageClient, cast: Cast) -> None:
    build(client, cast)
    page = at_more(client, cast).submit(FORM, {"own_sibling_here": "no", "own_which_class": "Five"} | NEXT)
    assert step(page.url) == "documents"
    assert session().scalars(select(Application.answers)).one() == {"sibling_here": "no"}
    page = client.get(page.url.replace("documents", "more"))
    page = page.submit(FORM, {"own_sibling_here": "yes", "own_which_class": "Five"} | NEXT)
    page = client.get(page.url.replace("documents", "more")).submit(FORM, {"own_sibling_here": "no"} | NEXT)
    page = page.submit(FORM, PAPERS | NEXT)
    check_files()
    client.get(page.url).submit(FORM, {"consent": "y"} | NEXT)
    session().expire_all()
    assert session().scalars(select(Application.answers)).one() == {"sibling_here": "no"}


def test_an_application_keeps_the_form_it_was_begun_with(client: PageClient, cast: Cast) -> None:
    client.as_(None)
    before = begin(client, "en").submit(FORM, CHILD | seat(cast) | NEXT)
    build(client, cast)
    client.as_(None)
    page = client.get(before.url).submit(FORM, GUARDIAN | NEXT)
    assert page.all("#previous_school") and step(page.submit(FORM, ADDRESS | NEXT).url) == "documents"
    client.get(f"/en/apply/{token_of(page)}/more", status=404)
    stored = session().scalars(select(AdmissionFormVersion)).one()
    client.as_(cast.farida)
    client.get(f"{here(cast)}/fields/district").submit(**three("label", "Home district"))
    assert state(cast).draft and stored.number == 1 and "Home district" not in str(stored.definition)
    client.get(f"{here(cast)}/discard").submit()
    assert state(cast).draft is None and state(cast).number == 1


def test_parts_are_moved_by_buttons_and_put_back(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    page = client.get(here(cast))
    assert page.one("#at-seat form button[value=up]").has_attr("disabled")
    moved = move(client, cast, "fields/guardian_name", "up")
    assert moved.url.endswith("#at-guardian_name") or moved.status == 200
    assert order(cast)[8] == "child.guardian_name"
    move(client, cast, "pages/address", "up")
    assert [page.key for page in state(cast).draft.pages] == ["child", "address", "guardian"]  # type: ignore[union-attr]  # a move makes a draft
    client.get(f"{here(cast)}/fields/email/remove").submit()
    assert "guardian.email" not in order(cast)
    client.post(
        f"{here(cast)}/pages/child/fields/back", {"version": str(state(cast).version), "field": "email"}
    )
    assert "child.email" in order(cast)
    old = client.post(f"{here(cast)}/fields/email/move", {"version": "1", "do": "up"})
    assert old.one(".toast.warn")
    refused = client.get(f"{here(cast)}/fields/phone/remove").submit(status=422)
    assert "cannot do without" in refused.text
    refused = client.get(f"{here(cast)}/pages/child/remove").submit(status=422)
    assert "empty page" in refused.text


def test_what_is_missing_keeps_a_form_from_families(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    client.get(f"{here(cast)}/pages/new").submit(**three("title", "More", "", ""))
    page = client.get(here(cast)).follow("Publish")
    listed = [link.get_text() for link in page.all(".note.bad a")]
    assert len(listed) == 2 and "বাংলা" in listed[0] and not page.all("main form")
    client.post(f"{here(cast)}/publish", {"version": str(state(cast).version)}, status=422)
    assert state(cast).number == 0
    client.as_(None)
    assert "More" not in begin(client, "en").text
    client.as_(cast.farida)
    for choices in ("One", "One | এক | واحد | x\nTwo", "One\nOne", "\n".join(f"a{n}" for n in range(41))):
        page = client.get(f"{here(cast)}/pages/more/fields/new")
        page.submit(kind="one", answers=choices, **three("label", "Choose"), status=422)


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_the_preview_is_the_page_of_the_family(client: PageClient, cast: Cast, lang: str) -> None:
    client.as_(cast.farida)
    page = client.get(f"/{lang}{here(cast)}/child")
    own = {field["name"] for field in page.all("main [name]")}
    client.as_(None)
    family = begin(client, lang)
    theirs = {field["name"] for field in family.all("main form [name]")} - {"csrf_token", "do"}
    assert own - {"shift"} == theirs and page.soup.html["lang"] == lang  # type: ignore[index]  # every checked page has one


def test_labels_are_text_and_steps_are_small(client: PageClient, cast: Cast, queries: QueryCounter) -> None:
    client.as_(cast.farida)
    client.get(f"{here(cast)}/pages/new").submit(**three("title", "More", "আরও", "المزيد"))
    refused = client.get(f"{here(cast)}/pages/more/fields/new").submit(
        kind="line", **three("label", '"><svg onload=alert(1)>'), status=422
    )
    assert not refused.all("svg[onload]")
    question(client, cast, "line", '" onfocus=alert(1) x="{{7*7}'.replace("{", "(").replace("}", ")"))
    choices = "\n".join(f"Answer {n} | উত্তর {n} | جواب {n}" for n in range(20))
    for n in range(6):
        question(client, cast, "one", f"Question {n}", answers=choices)
    client.get(here(cast)).follow("Publish").submit()
    page = at_more(client, cast)
    assert not page.all("[onfocus]") and page.all("select")
    assert len(gzip.compress(str(page.soup.main).encode())) < 4096
    token = token_of(page)
    client.get(f"/en/apply/{token}/more")
    with queries.counted() as own:
        client.get(f"/en/apply/{token}/more")
    assert not [each for each in own if "admission_form" in each and "definition" in each], "it is read once"


def test_only_who_keeps_cycles_builds(client: PageClient, cast: Cast) -> None:
    client.as_(cast.bashir)
    client.get(here(cast), status=403)
    application = sent()
    client.as_(cast.farida)
    record = client.get(f"/admissions/applications/{application.id}")
    assert not re.search("Our own questions", record.text)
