"""What the first page offers: one function a permission, each gives its cards for the person and the day.

A new area adds its function to `CARDS`; the page shows them in this order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext

from app.domain.academics.timetable.queries import SectionNow, section_now
from app.domain.academics.timetable.types import Why
from app.domain.attendance.queries import (
    CampusProgress,
    RegisterCard,
    count_registers,
    list_own_registers,
)
from app.domain.attendance.types import Openness
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.digits import to_local_digits
from app.web.days import saved_time
from app.web.i18n import current_locale, local, local_time


@dataclass(frozen=True)
class Card:
    """One matter of the day: what it is, how it stands, and the one act it asks for."""

    title: str
    text: str
    act: str
    url: str
    icon: str
    is_urgent: bool = False
    """Whether the act is still to be done: its button is the plum one."""
    done: int | None = None
    """How many are done of `whole`, for a matter that has many parts."""
    whole: int | None = None


def _digits(number: int) -> str:
    return to_local_digits(str(number), current_locale())


def now_cards(actor: Actor, today: date) -> list[Card]:
    """The class a teacher has now, or goes to next: one press away from its register."""
    found = section_now(actor, clock.now())
    if found is None or found.why is Why.CLASS_TEACHER:
        return []  # the own section has a card anyway
    title = gettext(
        "Now: %(class_name)s, section %(section)s",
        class_name=local(found.class_name).striptags(),
        section=local(found.section_name).striptags(),
    )
    if found.why is Why.NEXT:
        title = gettext(
            "Soon: %(class_name)s, section %(section)s",
            class_name=local(found.class_name).striptags(),
            section=local(found.section_name).striptags(),
        )
    url = url_for("attendance.register_today", section_id=found.section_id, period=found.period)
    return [
        Card(str(title), _now_words(found), str(gettext("Open the register")), url, "clock", is_urgent=True)
    ]


def _now_words(found: SectionNow) -> str:
    times = (
        f"{local_time(found.starts_at)}–{local_time(found.ends_at)}"
        if found.starts_at and found.ends_at
        else gettext("The whole day")
    )
    if found.why in (Why.STANDS_IN, Why.OWN_DAY):
        return str(gettext("%(times)s, you stand in", times=times))
    return str(times)


def register_cards(actor: Actor, today: date) -> list[Card]:
    """The registers of one's own sections, and how far the campus is for those who run it."""
    cards = [_own_register(card, today) for card in list_own_registers(actor, today, today=today)]
    if actor.may(Permission.ACADEMICS_EDIT):
        campuses = count_registers(actor, today, today=today)
        cards += [_all_registers(campuses)] if campuses else []
    return cards


def _own_register(card: RegisterCard, today: date) -> Card:
    section = card.section
    title = gettext(
        "%(class_name)s, section %(section)s",
        class_name=local(section.class_name).striptags(),
        section=local(section.name).striptags(),
    )
    to_take = card.openness is Openness.OPEN and card.taken_at is None
    if card.taken_at:
        text = gettext("Register taken %(time)s", time=saved_time(card.taken_at, today))
    elif to_take:
        text = ngettext(
            "%(pupils)s pupil, register not taken yet",
            "%(pupils)s pupils, register not taken yet",
            section.seats_taken,
            pupils=_digits(section.seats_taken),
        )
    else:
        text = gettext("No register is taken today")
    act = gettext("Take the register") if to_take else gettext("Open the register")
    url = url_for("attendance.register_today", section_id=section.id)
    return Card(str(title), str(text), str(act), url, "check", is_urgent=to_take)


def _all_registers(campuses: list[CampusProgress]) -> Card:
    wanted = sum(campus.sections for campus in campuses if campus.is_wanted)
    taken = sum(campus.taken for campus in campuses if campus.is_wanted)
    text = (
        gettext("%(taken)s of %(wanted)s registers are taken", taken=_digits(taken), wanted=_digits(wanted))
        if wanted
        else gettext("No register is taken today")
    )
    return Card(
        str(gettext("Registers today")),
        str(text),
        str(gettext("See all registers")),
        url_for("attendance.registers"),
        "check",
        done=taken if wanted else None,
        whole=wanted or None,
    )


CARDS: list[tuple[Permission, Callable[[Actor, date], list[Card]]]] = [
    (Permission.REGISTERS_READ, now_cards),
    (Permission.REGISTERS_READ, register_cards),
]
"""(who sees them, what makes them), in the order of the page."""


def cards_for(actor: Actor, today: date) -> list[Card]:
    """Every card of a person on a day."""
    return [card for permission, make in CARDS if actor.may(permission) for card in make(actor, today)]
