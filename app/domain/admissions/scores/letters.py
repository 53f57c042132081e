"""What families are told about a test or a viva, in the language they applied in."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale, gettext

from app.domain.admissions.scores.types import SlotDetails
from app.domain.kernel.dates import format_date, format_time, to_local
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.texts import LocalText

Letter = tuple[str, str]
"""Subject and text."""


def facts_of(locale: str, part: LocalText, slot: SlotDetails, seat: int) -> dict[str, str]:
    """When, where and on which seat, in the words and digits of a language."""
    return {
        "part": part.in_(locale)[0],
        "day": format_date(to_local(slot.starts_at).date(), locale),
        "first": format_time(to_local(slot.starts_at), locale),
        "last": format_time(to_local(slot.ends_at), locale),
        "place": slot.place.in_(locale)[0],
        "seat": to_local_digits(str(seat), locale),
    }


def slot_letter(
    locale: str, facts: Mapping[str, str], child: str, reference: str, status_link: str
) -> Letter:
    """When and where a child is expected, and on which seat: the words of `facts_of`."""
    with force_locale(locale):
        return gettext("%(part)s on %(day)s", part=facts["part"], day=facts["day"]), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "we expect %(name)s at this time and place. If you were told another one before, this one"
                    " counts.",
                    name=child,
                ),
                gettext("%(part)s: %(day)s, %(first)s to %(last)s", **facts),
                gettext("Place: %(place)s. Seat: %(seat)s", **facts),
                gettext("Reference: %(reference)s", reference=reference),
                gettext("How far the application is: %(link)s", link=status_link),
                gettext("Smart Academy, admissions"),
            )
        )


def slot_text(locale: str, facts: Mapping[str, str], reference: str, status_link: str) -> str:
    """The same as a text message: no name, and a link that opens nothing without the phone number."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: %(part)s for application %(reference)s: %(day)s, %(first)s to %(last)s,"
                " %(place)s, seat %(seat)s. %(link)s",
                reference=reference,
                link=status_link,
                **facts,
            )
        )
