"""The public site in three languages: front door, notices, pages, search, and what machines read."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.academics.services import add_entry
from app.domain.academics.types import DayKind, EntryDetails
from app.domain.cms.services import add_notice, add_page, publish_notice, publish_page
from app.domain.kernel.texts import LocalText
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

LANGUAGES = ("bn", "en", "ar")


@pytest.fixture(autouse=True)
def site(cast: Cast) -> None:
    """Three pages, two notices and a day to come."""
    actor = cast.ishrat.actor
    for slug, title in (
        ("about", LocalText("About us", "আমাদের কথা", "من نحن")),
        ("rules", LocalText("Rules and seats", "নিয়ম ও আসন", "القواعد")),
        ("contact", LocalText("Contact", "যোগাযোগ", "اتصل بنا")),
    ):
        content = LocalText("<p>Text.</p>", "<p>লেখা।</p>", "<p>نص.</p>")
        publish_page(actor, add_page(actor, slug=slug, title=title, content=content))
    for title in (LocalText("Winter hours", "শীতের সময়", "مواعيد الشتاء"), LocalText("Only English")):
        content = LocalText(*(f"About {text}" if text else "" for text in (title.en, title.bn, title.ar)))
        publish_notice(actor, add_notice(actor, title=title, content=content))
    add_entry(
        cast.hasan.actor,
        cast.campus,
        EntryDetails(
            DayKind.HOLIDAY,
            LocalText("Victory Day", "বিজয় দিবস", "يوم النصر"),
            date(2098, 12, 16),
            date(2098, 12, 16),
        ),
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("bn", ["শীতের সময়", "বিজয় দিবস", "ষষ্ঠ শ্রেণি", "৩১ ডিসেম্বর ২০৯৯", "প্রধান ক্যাম্পাস"]),
        ("en", ["Winter hours", "Victory Day", "Class Six", "31 December 2099", "Main Campus"]),
        ("ar", ["مواعيد الشتاء", "يوم النصر", "الصف السادس", "31 ديسمبر 2099", "الحرم الرئيسي"]),
    ],
)
def test_the_front_door_says_what_families_come_for(client: PageClient, lang: str, words: list[str]) -> None:
    page = client.get(f"/{lang}/")
    assert page.soup.html["lang"] == lang
    assert page.soup.html["dir"] == ("rtl" if lang == "ar" else "ltr")
    for word in words:
        assert word in page.text, word


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reading_page_opens(client: PageClient, lang: str) -> None:
    for path in ("notices/", "notices/winter-hours", "pages/about", "pages/rules", "pages/contact"):
        page = client.get(f"/{lang}/{path}")
        alternates = {str(link["hreflang"]): str(link["href"]) for link in page.all("link[hreflang]")}
        assert alternates["x-default"] == alternates["bn"] == f"http://localhost/bn/{path}"
        assert set(alternates) == {*LANGUAGES, "x-default"}


def test_another_language_is_marked_where_a_translation_is_missing(client: PageClient) -> None:
    page = client.get("/ar/notices/only-english")
    assert page.one("h1 span").attrs == {"lang": "en", "dir": "ltr"}
    assert page.one("article [lang=en].flow").get_text(strip=True) == "About Only English"


@pytest.mark.parametrize("path", ["notices/none", "pages/none", "pages/winter-hours", "notices/about"])
def test_what_is_not_there_is_404_with_a_way_on(client: PageClient, path: str) -> None:
    page = client.get(f"/en/{path}", status=404)
    found = page.submit("form[role=search]", q="winter")
    assert "Winter hours" in found.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "query", ['"><svg onload=alert(1)>', "{{7*7}}", "' OR 1=1--", "a\x00b", "x" * 5000, "%", "\u202e"]
)
def test_hostile_words_find_nothing_and_do_nothing(client: PageClient, lang: str, query: str) -> None:
    page = client.get(f"/{lang}/search", query={"q": query})
    assert not page.all("main svg[onload]")
    assert "49" not in page.text


def test_search_says_what_it_found(client: PageClient) -> None:
    page = client.get("/bn/search", query={"q": "শীত"})
    assert page.one("#results a")["href"] == "/bn/notices/winter-hours"
    assert client.get("/en/search", query={"q": "zzz"}).all(".empty")
    assert not client.get("/en/search").all(".empty")


@pytest.mark.parametrize("number", ["1", "2", "0", "-1", "x", "৯৯", "99999999999"])
def test_any_page_number_is_answered(client: PageClient, number: str) -> None:
    client.get("/en/notices/", query={"page": number})


@pytest.mark.parametrize("path", ["", "notices/", "notices/winter-hours", "pages/about", "search?q=winter"])
def test_a_public_page_takes_three_statements(
    client: PageClient, cast: Cast, queries: QueryCounter, path: str
) -> None:
    client.get("/en/pages/about")  # the school itself is known from here on
    with queries.at_most(3):
        client.get(f"/en/{path}")
    client.as_(cast.dalia)
    with queries.at_most(4):  # one more says who is reading
        client.get(f"/en/{path}")


def test_visitors_share_pages_and_get_no_cookie(client: PageClient, cast: Cast) -> None:
    answer = client.get("/bn/").response
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    again = client.raw.get("/bn/", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    client.as_(cast.dalia)
    assert client.get("/bn/").response.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/bn/search").response.headers["Cache-Control"] == "no-store"


def test_machines_find_their_way(client: PageClient) -> None:
    robots = client.raw.get("/robots.txt").get_data(as_text=True)
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    site_map = client.raw.get("/sitemap.xml")
    assert site_map.mimetype == "application/xml"
    text = site_map.get_data(as_text=True)
    for lang in LANGUAGES:
        assert f"<loc>http://localhost/{lang}/notices/winter-hours</loc>" in text


def test_the_first_language_is_the_readers(client: PageClient) -> None:
    for asked, lang in (("ar,en;q=0.5", "ar"), ("fr", "bn"), ("en-GB", "en")):
        answer = client.raw.get("/", headers={"Accept-Language": asked})
        assert answer.headers["Location"] == f"/{lang}/"
