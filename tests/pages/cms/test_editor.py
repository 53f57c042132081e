"""What editors do: write, preview, save, publish; and who may."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.domain.cms.services import add_notice, add_page, publish_notice
from app.domain.kernel.texts import LocalText
from tests.support.cast import Cast
from tests.support.pages import PageClient

TITLE = LocalText("Winter hours", "শীতকালীন সময়", "مواعيد الشتاء")
TEXT = LocalText("School begins at 8:30.", "ক্লাস শুরু সকাল ৮:৩০।", "تبدأ الدراسة الساعة 8:30.")

HOSTILE = [
    '"><svg onload=alert(1)>',
    "{{7*7}}",
    "' OR 1=1--",
    "\x00",
    "../../etc/passwd",
    "A" * 30_000,
    "\u202egnp.exe",
]


@pytest.fixture
def page_id(cast: Cast) -> UUID:
    return add_page(cast.ishrat.actor, slug="rules", title=TITLE, content=TEXT)


@pytest.fixture
def notice_id(cast: Cast) -> UUID:
    return add_notice(cast.ishrat.actor, title=TITLE, content=TEXT)


@pytest.fixture
def other_notice_id(cast: Cast) -> UUID:
    return add_notice(cast.hasan.actor, title=TITLE, content=TEXT, campus_id=cast.other_campus)


@pytest.mark.parametrize(
    ("member", "status"),
    [
        (None, 303),
        ("dalia", 403),
        ("rafi", 403),
        ("bashir", 403),
        ("gias", 403),
        ("amina", 403),
        ("chandra", 403),
        ("farida", 403),
        ("ishrat", 200),
        ("hasan", 200),
    ],
)
def test_only_editors_reach_the_editor(
    client: PageClient, cast: Cast, page_id: UUID, notice_id: UUID, member: str | None, status: int
) -> None:
    client.as_(getattr(cast, member) if member else None)
    for url in (
        "/site/pages/",
        "/site/pages/new",
        f"/site/pages/{page_id}",
        "/site/notices/",
        "/site/notices/new",
        f"/site/notices/{notice_id}",
    ):
        assert client.get(url, status=None, follow=False).status == status, url
    for url in (
        f"/site/pages/{page_id}/publish",
        f"/site/pages/{page_id}/unpublish",
        f"/site/notices/{notice_id}/publish",
        f"/site/notices/{notice_id}/unpublish",
    ):
        answer = client.post(url, {}, follow=False)
        assert answer.status == (303 if status in (200, 303) else status), url
        if member is None:
            assert "/sign-in" in answer.response.headers["Location"]


def test_the_notice_of_another_campus_does_not_exist(
    client: PageClient, cast: Cast, other_notice_id: UUID
) -> None:
    client.as_(cast.ishrat)
    client.get(f"/site/notices/{other_notice_id}", status=404)
    for act in ("", "/publish", "/unpublish"):
        assert client.post(f"/site/notices/{other_notice_id}{act}", {}).status == 404
    assert "Winter hours" not in client.get("/site/notices/").text
    client.as_(cast.hasan)
    assert "Winter hours" in client.get("/site/notices/").text


def test_a_notice_cannot_be_written_for_another_campus(client: PageClient, cast: Cast) -> None:
    page = client.as_(cast.ishrat).get("/site/notices/new")
    answer = page.submit(
        "#write",
        title_en="Hello",
        content_en="World",
        campus_id=str(cast.other_campus),
        act="save",
    )
    assert answer.status == 422
    assert answer.values("#write")["title_en"] == "Hello"


def test_an_editor_writes_previews_saves_and_publishes(client: PageClient, cast: Cast) -> None:
    client.as_(cast.ishrat)
    page = client.get("/site/notices/new")
    typed = {
        "title_bn": "পিঠা উৎসব",
        "content_bn": "সবাই আসবেন।\n\n- সকাল দশটায়\n- খেলার মাঠে",
        "title_en": "Pitha festival",
        "content_en": "<p>Everybody is welcome.</p><script>alert(1)</script>",
    }
    seen = page.submit("#write", typed, act="preview")
    assert seen.status == 200
    assert "As readers will see it" in seen.text and "Missing: readers see another language" in seen.text
    assert [item.get_text() for item in seen.all("section ul > li")][:2] == ["সকাল দশটায়", "খেলার মাঠে"]
    assert client.get("/site/notices/").text.count("Pitha festival") == 0
    stored = seen.submit("#write", act="save", status=200)
    assert "Saved." in stored.text and "العربية missing" in stored.text
    client.get("/bn/notices/pitha-festival", status=404)
    published = stored.submit("form[action$=publish]")
    assert "Published" in published.text
    read = client.as_(None).get("/bn/notices/pitha-festival")
    assert "সকাল দশটায়" in read.text
    arabic = client.get("/ar/notices/pitha-festival")
    assert arabic.one("h1 span")["lang"] == "en"
    assert "alert" not in arabic.text


def test_a_notice_appears_on_its_day(client: PageClient, cast: Cast, notice_id: UUID) -> None:
    client.as_(cast.ishrat)
    page = client.get(f"/site/notices/{notice_id}")
    later = page.submit("form[action$=publish]", {"on-d": "১৬", "on-m": "12", "on-y": "2099"})
    assert "From 16 Dec 2099" in later.text
    client.get("/en/notices/winter-hours", status=404)


@pytest.mark.parametrize("day", [("31", "2", "2027"), ("x", "1", "2027"), ("1", "1", "20270")])
def test_a_day_that_does_not_exist_is_refused(
    client: PageClient, cast: Cast, notice_id: UUID, day: tuple[str, str, str]
) -> None:
    page = client.as_(cast.ishrat).get(f"/site/notices/{notice_id}")
    answer = page.submit("form[action$=publish]", dict(zip(("on-d", "on-m", "on-y"), day, strict=True)))
    assert answer.status == 422 and answer.errors


def test_a_published_notice_is_taken_off_again(client: PageClient, cast: Cast, notice_id: UUID) -> None:
    publish_notice(cast.ishrat.actor, notice_id)
    client.as_(cast.ishrat)
    client.get("/en/notices/winter-hours")
    page = client.get(f"/site/notices/{notice_id}").submit("form[action$=unpublish]")
    assert "Draft" in page.text
    client.get("/en/notices/winter-hours", status=404)


def test_a_stale_write_shows_both_texts_and_overwrites_nothing(
    client: PageClient, cast: Cast, page_id: UUID
) -> None:
    client.as_(cast.ishrat)
    mine = client.get(f"/site/pages/{page_id}")
    client.get(f"/site/pages/{page_id}").submit("#write", content_en="Theirs.", act="save", status=200)
    answer = mine.submit("#write", content_en="Mine.", act="save")
    assert answer.status == 409
    assert answer.values("#write")["content_en"] == "Mine."
    assert "Theirs." in answer.text
    assert "Theirs." in client.get(f"/site/pages/{page_id}").values("#write")["content_en"]
    assert answer.submit("#write", act="save").status == 200
    assert "Mine." in client.get(f"/site/pages/{page_id}").values("#write")["content_en"]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "field", ["title_bn", "content_bn", "title_en", "content_ar", "slug", "version", "campus_id"]
)
def test_hostile_input_is_refused_or_harmless(
    client: PageClient, cast: Cast, notice_id: UUID, field: str, typed: str
) -> None:
    page = client.as_(cast.ishrat).get(f"/site/notices/{notice_id}")
    answer = page.submit("#write", {field: typed}, act="save")
    assert answer.status in {200, 409, 422}
    assert not answer.all("main svg[onload]") and not answer.all("main img")
    if answer.status == 422 and typed.isprintable() and field not in {"campus_id", "version"}:
        assert answer.values("#write")[field] == typed


def test_a_field_sent_twice_is_refused(client: PageClient, cast: Cast, notice_id: UUID) -> None:
    page = client.as_(cast.ishrat).get(f"/site/notices/{notice_id}")
    answer = page.submit("#write", title_en=["One", "Two"], act="save")
    assert answer.status == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title_en": "", "content_en": ""}, None),
        ({"title_en": "Only a title"}, "content_en"),
        ({"content_ar": "نص"}, "title_ar"),
        ({"title_en": "A", "content_en": "<script>alert(1)</script>"}, "content_en"),
        ({"title_en": "A", "content_en": "B", "slug": "Not An Address"}, "slug"),
        ({"title_en": "A", "content_en": "B", "slug": "taken"}, "slug"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    client: PageClient, cast: Cast, typed: dict[str, str], field: str | None
) -> None:
    add_notice(cast.ishrat.actor, title=TITLE, content=TEXT, slug="taken")
    answer = client.as_(cast.ishrat).get("/site/notices/new").submit("#write", typed, act="save")
    assert answer.status == 422
    if field:
        assert answer.one(f"#{field}")["aria-invalid"] == "true"
    assert answer.all("[data-errors] li")


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_the_editor_speaks_three_languages(
    client: PageClient, cast: Cast, notice_id: UUID, page_id: UUID, lang: str
) -> None:
    client.as_(cast.ishrat).post("/account/language", {"locale": lang, "next": "/site/notices/"})
    for url in ("/site/notices/", "/site/pages/", f"/site/notices/{notice_id}", f"/site/pages/{page_id}"):
        assert client.get(url).soup.html["lang"] == lang
