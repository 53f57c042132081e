"""Writing, changing, publishing and finding pages and notices on the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.audit.queries import list_entries_of
from app.domain.cms.policies import editable
from app.domain.cms.queries import (
    get_article,
    get_published_notice,
    get_published_page,
    list_articles,
    list_published_notices,
    search_published,
)
from app.domain.cms.services import (
    add_notice,
    add_page,
    edit_notice,
    edit_page,
    publish_notice,
    publish_page,
    unpublish,
)
from app.domain.cms.types import ArticleKind, HalfWritten, NothingWritten, SlugRefused, SlugTaken
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

TITLE = LocalText("Sports day", "ক্রীড়া দিবস", "")
TEXT = LocalText("Everybody runs.", "সবাই দৌড়াবে।", "")


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def test_what_is_stored_is_clean_and_audited(cast: Cast) -> None:
    content = LocalText('<p onclick="x">Hello<script>alert(1)</script></p>')
    key = add_page(cast.ishrat.actor, slug="about", title=LocalText("About"), content=content)
    publish_page(cast.ishrat.actor, key)
    assert get_published_page("about", now()).content.en == "<p>Hello</p>"
    assert {entry.action for entry in list_entries_of("page", key)} == {"page.added", "page.published"}


def test_only_editors_write(cast: Cast) -> None:
    for member in (cast.bashir, cast.amina, cast.dalia):
        with pytest.raises((Forbidden, NotFound)):
            add_page(member.actor, slug="x", title=TITLE, content=TEXT)
        with pytest.raises((Forbidden, NotFound)):
            add_notice(member.actor, title=TITLE, content=TEXT)


def test_a_draft_and_a_later_day_are_not_seen(cast: Cast) -> None:
    key = add_notice(cast.ishrat.actor, title=TITLE, content=TEXT)
    with pytest.raises(NotFound):
        get_published_notice("sports-day", now())
    publish_notice(cast.ishrat.actor, key, on=date(2099, 1, 1))
    assert list_published_notices(now()).total == 0
    assert list_published_notices(datetime(2099, 1, 1, tzinfo=UTC)).total == 1


def test_a_later_day_begins_in_dhaka(cast: Cast) -> None:
    key = add_notice(cast.ishrat.actor, title=TITLE, content=TEXT)
    assert publish_notice(cast.ishrat.actor, key, on=date(2099, 1, 1)).astimezone(UTC).hour == 18


def test_unpublishing_keeps_text_and_day(cast: Cast) -> None:
    key = add_notice(cast.ishrat.actor, title=TITLE, content=TEXT)
    moment = publish_notice(cast.ishrat.actor, key)
    unpublish(cast.ishrat.actor, ArticleKind.NOTICE, key)
    article = get_article(editable(cast.ishrat.actor, ArticleKind.NOTICE), ArticleKind.NOTICE, key)
    assert not article.is_published and article.published_at == moment and article.missing == ("ar",)


def test_an_address_is_made_of_the_title_and_never_twice(cast: Cast) -> None:
    for expected in ("sports-day", "sports-day-2"):
        key = add_notice(cast.ishrat.actor, title=TITLE, content=TEXT)
        scope = editable(cast.ishrat.actor, ArticleKind.NOTICE)
        assert get_article(scope, ArticleKind.NOTICE, key).slug == expected
    with pytest.raises(SlugTaken):
        add_notice(cast.ishrat.actor, title=TITLE, content=TEXT, slug="sports-day")


@pytest.mark.parametrize("slug", ["a b", "../x", "স্কুল", "-x", "x--y", "x" * 90])
def test_an_odd_address_is_refused(cast: Cast, slug: str) -> None:
    with pytest.raises(SlugRefused):
        add_page(cast.ishrat.actor, slug=slug, title=TITLE, content=TEXT)


def test_a_language_is_whole_or_absent(cast: Cast) -> None:
    with pytest.raises(HalfWritten) as refused:
        add_notice(cast.ishrat.actor, title=LocalText("Only this"), content=LocalText())
    assert refused.value.field == "content_en"
    with pytest.raises(NothingWritten):
        add_notice(cast.ishrat.actor, title=LocalText(), content=LocalText())


def test_the_second_of_two_editors_is_told(cast: Cast) -> None:
    key = add_page(cast.ishrat.actor, slug="about", title=TITLE, content=TEXT)
    edit_page(cast.hasan.actor, key, version=1, slug="about", title=TITLE, content=LocalText("A", "খ"))
    with pytest.raises(Stale):
        edit_page(cast.ishrat.actor, key, version=1, slug="about", title=TITLE, content=TEXT)


def test_the_address_of_what_was_published_stays(cast: Cast) -> None:
    key = add_page(cast.ishrat.actor, slug="about", title=TITLE, content=TEXT)
    publish_page(cast.ishrat.actor, key)
    edit_page(cast.ishrat.actor, key, version=2, slug="else", title=TITLE, content=LocalText("New", "নতুন"))
    assert get_published_page("about", now()).content.en == "<p>New</p>"


def test_a_campus_looks_after_its_own_notices(cast: Cast) -> None:
    own = add_notice(cast.ishrat.actor, title=TITLE, content=TEXT, campus_id=cast.campus)
    others = add_notice(cast.hasan.actor, title=TITLE, content=TEXT, campus_id=cast.other_campus)
    scope = editable(cast.ishrat.actor, ArticleKind.NOTICE)
    assert [article.id for article in list_articles(scope, ArticleKind.NOTICE)] == [own]
    with pytest.raises(NotFound):
        get_article(scope, ArticleKind.NOTICE, others)
    with pytest.raises(NotFound):
        publish_notice(cast.ishrat.actor, others)
    with pytest.raises(NotFound):
        edit_notice(
            cast.ishrat.actor,
            own,
            version=1,
            slug="x",
            title=TITLE,
            content=TEXT,
            campus_id=cast.other_campus,
        )


def test_search_finds_words_in_any_language_and_only_what_is_published(
    cast: Cast, queries: QueryCounter
) -> None:
    add_notice(cast.ishrat.actor, title=LocalText("Sports hidden"), content=LocalText("x"))
    publish_notice(cast.ishrat.actor, add_notice(cast.ishrat.actor, title=TITLE, content=TEXT))
    for query in ("sport", "ক্রীড়া", "runs everybody", "SPORTS DAY"):
        with queries.at_most(1):
            assert [one.slug for one in search_published(query, "en", now())] == ["sports-day"], query
    for query in ("nothing", "%", "_", "' OR 1=1--", ""):
        assert search_published(query, "en", now()) == []


def test_a_list_takes_one_statement_however_long(cast: Cast, queries: QueryCounter) -> None:
    for number in range(12):
        key = add_notice(cast.ishrat.actor, title=LocalText(f"Notice {number}"), content=LocalText("x"))
        publish_notice(cast.ishrat.actor, key)
    with queries.at_most(1):
        sheet = list_published_notices(now(), number=2, size=5)
    assert (sheet.total, len(sheet), sheet.pages) == (12, 5, 3)
