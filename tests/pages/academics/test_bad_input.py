"""Every form of the area with what nobody means well by: refused, kept as typed, nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.audit.models import AuditEntry
from app.uow import session
from tests.pages.academics.forms import FORMS, Filled
from tests.support.cast import CAST, Cast, key
from tests.support.pages import Page, PageClient

HOSTILE = {
    "markup": '"><svg onload=alert(1)>',
    "template": "{{7*7}}",
    "nul": "a\x00b",
    "too long": "অ" * 6_000,
}
SQL = "' OR 1=1--"
FOREIGN = {
    "class_id": str(CAST.other_class_7),
    "academic_year_id": str(CAST.other_year),
    "class_teacher_id": str(CAST.gias.staff_id),
    "staff_id": str(CAST.gias.staff_id),
    "subject_id": str(key("a subject of nobody")),
}


def bad_answers(form: Filled) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """(what it is, the values sent, the text that must still stand in the form)."""
    for field in form.texts:
        for label, text in HOSTILE.items():
            kept = text if label in ("markup", "template") else None
            yield f"{field}: {label}", form.values | {field: text}, kept
    for field in form.numbers:
        for text in (SQL, "-1000", "1e3", "99999999999999999999", "४०"):
            yield f"{field}: {text}", form.values | {field: text}, text
    for field in form.required:
        left = {name: value for name, value in form.values.items() if name != field}
        yield f"{field}: left out", left, None
        yield f"{field}: empty", form.values | {field: "  "}, None
    for field in form.choices:
        yield f"{field}: made up", form.values | {field: "no-such-choice"}, None
        yield f"{field}: unknown key", form.values | {field: str(key("unknown"))}, None
        if field in FOREIGN:
            yield f"{field}: of another campus", form.values | {field: FOREIGN[field]}, None
    for field, value in form.values.items():
        if field != "rest_days":
            yield f"{field}: twice", form.values | {field: [value, value]}, None
    yield "nothing", {}, None


def stored() -> tuple[int, ...]:
    """How many rows there are of everything a form could store."""
    models = [*(form.model for form in FORMS), AuditEntry]
    return tuple(session().scalar(select(func.count()).select_from(model)) or 0 for model in models)


def typed(page: Page) -> list[str]:
    """What stands in the fields of the form."""
    return [str(tag.get("value", "")) for tag in page.soup.select("main form input")]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_bad_answers_are_refused_with_the_form(form: Filled, cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    before = stored()
    tried = 0
    for label, values, kept in bad_answers(form):
        page = client.post(form.url, values, status=None)
        assert page.status == 422, f"{label}: {page.status}"
        assert page.all("[data-errors] li"), f"{label}: no summary"
        assert "<svg onload" not in page.response.get_data(as_text=True)
        if kept:
            assert kept in typed(page), f"{label}: what was typed is gone"
        tried += 1
    assert tried >= 8
    assert stored() == before


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_good_answers_are_stored_once(form: Filled, cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    before = stored()[FORMS.index(form)]
    page = client.post(form.url, form.values, status=200)
    assert page.all("#toasts .toast.ok")
    assert stored()[FORMS.index(form)] == before + 1
    entries = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).all()
    assert entries[0].user_id == cast.hasan.user_id and entries[0].new_data
    again = client.post(form.url, form.values, status=422)
    assert again.all("[data-errors] li")
    assert stored()[FORMS.index(form)] == before + 1


@pytest.mark.parametrize("form", [form for form in FORMS if form.texts], ids=str)
def test_a_quote_is_a_quote(form: Filled, cast: Cast, client: PageClient) -> None:
    """Text with SQL in it is either refused or stored as it is; nothing else happens."""
    client.as_(cast.hasan)
    before = stored()[FORMS.index(form)]
    page = client.post(form.url, form.values | {form.texts[0]: SQL}, status=None)
    assert page.status in (200, 422)
    assert stored()[FORMS.index(form)] == before + (page.status == 200)


@pytest.mark.parametrize("version", ["", "x", "-1", "1e9", "²", "9" * 40])
def test_a_lost_version_stores_nothing(version: str, cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/classes/{cast.class_7}/edit")
    answer = page.submit(version=version, code="77")
    assert answer.status == 409


@pytest.mark.parametrize(
    "month", ["2026-13", "0000-00", "x", "' OR 1=1--", "²", "9999-12", "2026-11-20", "\0"]
)
def test_a_month_that_is_none_shows_this_month(month: str, cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get("/academics/calendar/", query={"month": month})


def test_a_strange_search_finds_nothing(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir)
    for wanted in (*HOSTILE.values(), SQL):
        page = client.get("/academics/sections/", query={"q": wanted[:500]})
        assert "<svg onload" not in page.response.get_data(as_text=True)
