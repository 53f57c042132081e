"""A campus writes its messages in its own words, and families get those."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.admissions.messages.queries import find_own_words, list_own_words, our_words
from app.domain.admissions.messages.rules import check_words
from app.domain.admissions.messages.services import forget_words, save_words
from app.domain.admissions.messages.types import KINDS, UnknownName, Words
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.locales import LOCALES
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.applications import decided, sent
from tests.support.cast import CAST, Cast
from tests.support.locks import until_somebody_waits

RECEIVED, OFFERED = "application.received", "application.offered"


def last(kind: str) -> OutboxMessage:
    return (
        session()
        .scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id.desc()).limit(1)
        )
        .one()
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_first_words_could_have_been_written_by_the_school(cast: Cast, locale: str) -> None:
    for kind in KINDS.values():
        for channel in Channel:
            check_words(kind, channel, our_words(kind.name, channel, locale))


def test_a_family_gets_the_words_of_its_campus_in_its_language(cast: Cast) -> None:
    actor = cast.farida.actor
    words = Words("{reference} এসেছে", "প্রিয় অভিভাবক,\n\n{child}-এর আবেদন {reference} এসেছে।\n\n{link}")
    save_words(actor, cast.campus, RECEIVED, Channel.MAIL, "bn", words, None)
    application = sent(locale="bn", child_name_bn="{link} রাইয়ান")
    letter = last(RECEIVED)
    assert letter.subject == f"{application.reference} এসেছে"
    assert f"{{link}} রাইয়ান-এর আবেদন {application.reference} এসেছে।" in letter.body
    sent(locale="en", phone="+8801812345679")
    assert "প্রিয়" not in last(RECEIVED).body
    text = Words("", "School: {reference}, {day}, {link}")
    save_words(actor, cast.campus, OFFERED, Channel.SMS, "bn", text, None)
    offered = decided(locale="bn", email="", phone="+8801812345670")
    assert last(OFFERED).body.startswith(f"School: {offered.reference}, ")


def test_two_who_write_the_first_own_words_at_once_do_not_both(real_app: Flask) -> None:
    def write(words: Words) -> None:
        save_words(CAST.farida.actor, CAST.campus, RECEIVED, Channel.SMS, "en", words, None)

    def second() -> None:
        with real_app.app_context():
            try:
                write(Words("", "Theirs: {reference}"))
            finally:
                extension.session.remove()

    with ThreadPoolExecutor(max_workers=1) as pool, real_app.app_context():
        with transaction() as db:
            write(Words("", "Ours: {reference}"))
            going = pool.submit(second)
            until_somebody_waits(db)
        with pytest.raises(Stale):
            going.result()


def test_words_are_kept_once_and_can_be_given_up(cast: Cast) -> None:
    actor, place = cast.farida.actor, (RECEIVED, Channel.SMS, "en")
    with pytest.raises(UnknownName):
        save_words(actor, cast.campus, *place, Words("", "{reference} {child}"), None)
    save_words(actor, cast.campus, *place, Words("", "One: {reference}"), None)
    with pytest.raises(Stale):
        save_words(actor, cast.campus, *place, Words("", "Two: {reference}"), None)
    save_words(actor, cast.campus, *place, Words("", "Two: {reference}"), 1)
    own = find_own_words(cast.campus, *place)
    assert own and (own.details.body, own.version) == ("Two: {reference}", 2)
    with pytest.raises(NotFound):
        save_words(cast.jamil.actor, cast.campus, *place, Words("", "{reference}"), 2)
    assert list(list_own_words({cast.campus, cast.other_campus}, RECEIVED)) == [(cast.campus, *place[1:])]
    forget_words(actor, cast.campus, *place, own.version)
    assert find_own_words(cast.campus, *place) is None
