"""Reads of messages: the words we bring, and those a campus has written instead."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.domain.admissions import letters
from app.domain.admissions.lottery import letters as draw_letters
from app.domain.admissions.messages.models import MessageText
from app.domain.admissions.messages.types import KINDS, OwnWords, Words
from app.domain.admissions.offers import letters as offer_letters
from app.domain.admissions.scores.letters import slot_letter, slot_text
from app.domain.admissions.types import ApplicationStatus
from app.domain.outbox.types import Channel
from app.uow import session

_STATES = {f"application.{state.value}": state for state in ApplicationStatus}


def our_words(kind: str, channel: Channel, locale: str) -> Words:
    """The words we bring, with the names in braces where the values go."""
    names = {name: f"{{{name}}}" for name in KINDS[kind].may}
    if channel is Channel.SMS:
        return Words("", _our_text(kind, locale, names))
    return Words(*_our_letter(kind, locale, names))


def _our_letter(kind: str, locale: str, names: dict[str, str]) -> letters.Letter:
    match kind:
        case "application.received":
            return letters.received_letter(locale, names["child"], names["reference"], names["link"])
        case "application.withdrawn":
            return letters.withdrawn_letter(locale, names["child"], names["reference"])
        case "application.paper_refused":
            return letters.paper_letter(locale, **names)
        case "application.enrolled":
            return letters.enrolled_letter(
                locale, names["child"], names["number"], names["class"], names["section"], names["roll"]
            )
        case "application.slot":
            return slot_letter(locale, _seat(names), names["child"], names["reference"], names["link"])
        case "admission_draw.announced":
            return draw_letters.announced_letter(locale, **names)
        case "admission_draw.drawn":
            return draw_letters.drawn_letter(locale, **names)
        case "admission_draw.cancelled":
            return draw_letters.cancelled_letter(locale, **names)
        case "application.offered":
            return offer_letters.offered_letter(
                locale, names["child"], names["reference"], names["day"], names["reason"], names["link"]
            )
        case "application.offer_reminder":
            return offer_letters.reminder_letter(
                locale, names["child"], names["reference"], names["day"], names["link"]
            )
        case "application.waitlisted":
            return offer_letters.waiting_letter(
                locale, names["child"], names["reference"], names["waiting"], names["link"]
            )
        case "application.offer_accepted":
            return offer_letters.accepted_letter(locale, names["child"], names["reference"])
        case "application.offer_declined":
            return offer_letters.declined_letter(locale, names["child"], names["reference"])
        case "application.offer_expired":
            return offer_letters.expired_letter(locale, names["child"], names["reference"], names["day"])
        case _:
            return letters.decided_letter(
                locale, _STATES[kind], names["child"], names["reference"], names["reason"], names["link"]
            )


def _seat(names: dict[str, str]) -> dict[str, str]:
    return {name: names[name] for name in ("part", "day", "first", "last", "place", "seat")}


def _our_text(kind: str, locale: str, names: dict[str, str]) -> str:
    match kind:
        case "application.received":
            return letters.received_text(locale, names["reference"])
        case "application.paper_refused":
            return letters.paper_text(
                locale, **{name: names[name] for name in ("paper", "reason", "reference", "link")}
            )
        case "application.slot":
            return slot_text(locale, _seat(names), names["reference"], names["link"])
        case "admission_draw.announced":
            return draw_letters.announced_text(locale, **names)
        case "admission_draw.drawn":
            return draw_letters.drawn_text(locale, **names)
        case "admission_draw.cancelled":
            return draw_letters.cancelled_text(locale, **names)
        case "application.withdrawn":
            return letters.withdrawn_text(locale, names["reference"])
        case "application.enrolled":
            return letters.enrolled_text(locale, names["number"])
        case "application.offered" | "application.offer_reminder":
            return offer_letters.offered_text(locale, names["reference"], names["day"], names["link"])
        case "application.offer_accepted":
            return offer_letters.accepted_text(locale, names["reference"])
        case "application.offer_declined":
            return offer_letters.declined_text(locale, names["reference"])
        case "application.offer_expired":
            return offer_letters.expired_text(locale, names["reference"])
        case _:
            return letters.decided_text(locale, _STATES[kind], names["reference"]) or ""


def find_own_words(campus_id: UUID, kind: str, channel: Channel, locale: str) -> OwnWords | None:
    """What a campus has written for a message, or None where it uses our words."""
    row = session().scalars(
        select(MessageText).where(
            MessageText.campus_id == campus_id,
            MessageText.kind == kind,
            MessageText.channel == channel,
            MessageText.locale == locale,
        )
    )
    found = row.one_or_none()
    return view_of(found) if found else None


def view_of(row: MessageText) -> OwnWords:
    """A row as its page shows it."""
    return OwnWords(row.id, Words(row.subject, row.body), row.version)


def list_changed(campus_id: UUID) -> set[tuple[str, Channel, str]]:
    """(message, channel, language) of everything that a campus has written in its own words."""
    rows = session().execute(
        select(MessageText.kind, MessageText.channel, MessageText.locale).where(
            MessageText.campus_id == campus_id
        )
    )
    return {(kind, channel, locale) for kind, channel, locale in rows}


def list_own_words(campus_ids: Collection[UUID], kind: str) -> dict[tuple[UUID, Channel, str], OwnWords]:
    """What campuses have written for a message, by campus, channel and language. One statement."""
    if kind not in KINDS:
        return {}
    rows = session().scalars(
        select(MessageText).where(MessageText.campus_id.in_(campus_ids), MessageText.kind == kind)
    )
    return {(row.campus_id, row.channel, row.locale): view_of(row) for row in rows}
