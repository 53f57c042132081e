"""An officer adds a kind of paper on the page, and a family is asked for it in its language."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.admissions.models import Application
from app.domain.admissions.papers.queries import list_paper_kinds
from app.uow import session
from tests.pages.apply.test_journey import ADDRESS, CHILD, FORM, GUARDIAN, NEXT, begin, seat, token_of
from tests.pages.cycles.test_cycles import named
from tests.support.applications import sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

NAMES: dict[str, Any] = {"name-en": "Letter of the imam", "name-bn": "ইমামের চিঠি", "name-ar": "رسالة الإمام"}


def papers_page(client: PageClient, cast: Cast) -> Page:
    """Where the officer finds the kinds of papers."""
    client.as_(cast.farida)
    return client.get(f"/admissions/cycles/{cast.cycle}").follow("Kinds of papers")


def test_a_paper_in_the_words_of_the_school_is_asked_for_and_may_be_left_out(
    client: PageClient, cast: Cast
) -> None:
    page = papers_page(client, cast).follow("Add a paper").submit(**NAMES, takes="pdf")
    assert "Letter of the imam" in page.text and "Birth certificate" in page.text
    (view,) = list_paper_kinds(cast.campus)
    rules = named(client.get(f"/admissions/cycles/{cast.cycle}"), "Edit ages and papers")
    cycle = rules.submit(papers=["photo", view.kind.value], spare_papers=["photo"])
    assert "Photograph of the child (if any)" in cycle.text
    start = client.get("/bn/admissions/")
    assert "ইমামের চিঠি" in start.text

    page = begin(client, "ar").submit(FORM, CHILD | seat(cast) | NEXT).submit(FORM, GUARDIAN | NEXT)
    page = page.submit(FORM, ADDRESS | NEXT)
    assert "رسالة الإمام" in page.one(f"#paper-{view.kind}").get_text()
    control = page.one(f'input[name="{view.kind}"]')
    assert control["accept"] == "application/pdf"
    assert page.one('input[name="photo"]')["accept"] == "image/jpeg,image/png"
    assert page.one("#paper-photo small") and not page.all(f"#paper-{view.kind} small")
    review = client.get(f"/ar/apply/{token_of(page)}/review").submit(
        FORM, {"consent": "y"} | NEXT, status=422
    )
    missing = review.all("[data-errors] a")
    assert [link["href"] for link in missing] == [f"#answer-{view.kind}"]
    assert "رسالة الإمام" in missing[0].get_text()
    assert session().scalars(select(Application)).one().reference is None
    refused = papers_page(client, cast)
    refused = named(refused, "Remove Letter of the imam").submit(status=422)
    assert "so it stays" in refused.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a" * 101, "{{ 7 * 7 }}", "\\", ""])
def test_a_name_that_is_no_name_is_refused(client: PageClient, cast: Cast, name: str) -> None:
    page = papers_page(client, cast).follow("Add a paper")
    page.submit(values={"name-en": name, "takes": "any"}, status=422)
    page.submit(values={"name-en": "Fine", "takes": "exe"}, status=422)
    assert list_paper_kinds(cast.campus) == []


def test_a_double_click_adds_one_paper_and_another_campus_sees_none(client: PageClient, cast: Cast) -> None:
    page = papers_page(client, cast).follow("Add a paper")
    page.submit(**NAMES)
    page.submit(**NAMES)
    (view,) = list_paper_kinds(cast.campus)
    client.as_(cast.jamil)
    client.get(f"/admissions/cycles/{cast.cycle}/papers", status=404)
    client.get(f"/admissions/cycles/{cast.cycle}/papers/{view.id}/edit", status=404)
    client.as_(cast.farida)
    edited = client.get(f"/admissions/cycles/{cast.cycle}/papers/{view.id}/edit").submit(
        values={"name-en": "Letter of the mosque", "takes": "picture"}
    )
    assert "Letter of the mosque" in edited.text
    for code in ("own_9", "OWN_1", "photo<", "a" * 30):
        client.get(f"/en/apply/{'x' * 20}/documents/{code}", status=404)


def test_papers_of_the_school_cost_a_family_one_statement(
    client: PageClient, cast: Cast, queries: QueryCounter
) -> None:
    papers_page(client, cast).follow("Add a paper").submit(**NAMES)
    papers_page(client, cast).follow("Add a paper").submit(values={"name-en": "Another"})
    codes = [each.kind.value for each in list_paper_kinds(cast.campus)]
    named(client.get(f"/admissions/cycles/{cast.cycle}"), "Edit ages and papers").submit(papers=codes)
    with queries.counted() as asked:
        client.get("/bn/admissions/")
    assert sum("admission_paper_kinds" in statement for statement in asked) == 1


def test_the_office_reads_which_paper_of_the_school_has_not_come(client: PageClient, cast: Cast) -> None:
    application = sent()
    papers_page(client, cast).follow("Add a paper").submit(**NAMES)
    (view,) = list_paper_kinds(cast.campus)
    named(client.get(f"/admissions/cycles/{cast.cycle}"), "Edit ages and papers").submit(
        papers=["photo", view.kind.value]
    )
    for part in ("", "/documents"):
        page = client.get(f"/admissions/applications/{application.id}{part}")
        (line,) = [each.get_text() for each in page.all("#papers-card p") if "Not sent" in each.get_text()]
        assert "Letter of the imam" in line
