"""What can be written in the school's own words, the views and errors of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.kernel.errors import N_, Refused
from app.domain.outbox.types import Channel


@dataclass(frozen=True, slots=True)
class Kind:
    """A message that families get, by mail or as a text: what it may name and what it must name."""

    name: str
    """As the outbox calls it."""
    title: str
    may: tuple[str, ...]
    must: tuple[str, ...]

    def may_by(self, channel: Channel) -> tuple[str, ...]:
        """What it may name in a letter or a text. No text names the child: others may read the phone."""
        return tuple(name for name in self.may if channel is Channel.MAIL or name != "child")


_DECIDED: Final = ("child", "reference", "reason", "link")
_OFFERED: Final = ("child", "reference", "reason", "link", "day")
_ANSWERED: Final = ("reference", "day", "link")
"""A family that does not read until when and where it answers loses the place."""

KINDS: Final = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "application.received",
                N_("The application has come"),
                ("child", "reference", "link"),
                ("reference",),
            ),
            Kind("application.under_review", N_("We have begun to read it"), _DECIDED, ("reference",)),
            Kind("application.shortlisted", N_("It is on the short list"), _DECIDED, ("reference",)),
            Kind(
                "application.slot",
                N_("A time and a seat for a test or viva"),
                ("child", "part", "day", "first", "last", "place", "seat", "reference", "link"),
                ("day", "first", "place", "seat", "reference"),
            ),
            Kind(
                "admission_draw.announced",
                N_("A draw is announced, with the number of the ticket"),
                ("child", "draw", "ticket", "day", "source", "reference", "link"),
                ("ticket", "day", "reference"),
            ),
            Kind(
                "admission_draw.cancelled",
                N_("An announced draw is cancelled"),
                ("child", "draw", "ticket", "reason", "reference", "link"),
                ("reason", "reference"),
            ),
            Kind(
                "admission_draw.drawn",
                N_("A draw was held"),
                ("child", "draw", "ticket", "rank", "outcome", "reference", "link"),
                ("outcome", "reference"),
            ),
            Kind(
                "application.waitlisted",
                N_("It is on the waiting list"),
                (*_DECIDED, "waiting"),
                ("reference",),
            ),
            Kind("application.offered", N_("A place is offered"), _OFFERED, _ANSWERED),
            Kind("application.offer_reminder", N_("The offer still stands"), _OFFERED, _ANSWERED),
            Kind(
                "application.offer_accepted",
                N_("The family has accepted the place"),
                ("child", "reference"),
                ("reference",),
            ),
            Kind(
                "application.offer_declined",
                N_("The family has declined the place"),
                ("child", "reference"),
                ("reference",),
            ),
            Kind(
                "application.offer_expired",
                N_("The offer has ended without an answer"),
                ("child", "reference", "day"),
                ("reference",),
            ),
            Kind("application.rejected", N_("There is no place"), _DECIDED, ("reference",)),
            Kind(
                "application.withdrawn",
                N_("The family has withdrawn it"),
                ("child", "reference"),
                ("reference",),
            ),
            Kind(
                "application.paper_refused",
                N_("A paper was not accepted"),
                ("child", "paper", "reason", "reference", "link"),
                ("paper", "reason", "reference"),
            ),
            Kind(
                "application.enrolled",
                N_("The child is enrolled"),
                ("child", "number", "class", "section", "roll", "reference"),
                ("number",),
            ),
        )
    }
)
"""Every message of admissions whose words can be changed, in the order in which a family gets them."""


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body of a message in one language. A text message has no subject."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a campus has written in place of the words we bring."""

    id: UUID
    details: Words
    version: int


class UnknownName(Refused):
    """The text names something in braces that this message knows nothing of."""

    field = "body"
    message = N_("%(name)s cannot stand in this message. It may hold: %(names)s.")


class NameMissing(Refused):
    """The text leaves out what families need."""

    field = "body"
    message = N_("%(name)s is missing. Families need it in this message.")


class StrayBrace(Refused):
    """A brace that belongs to nothing."""

    field = "body"
    message = N_("Write braces only around a name, such as {reference}.")
