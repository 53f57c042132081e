"""What is written to teachers whose register is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import force_locale, gettext

from app.domain.accounts.queries import Reachable
from app.domain.attendance.reports.types import BoardLine
from app.domain.kernel.digits import to_local_digits
from app.domain.outbox.types import Channel, Draft

REMINDER = "register.reminder"


def reminder(
    to: Reachable, line: BoardLine, link: str, periods: Sequence[int], *, campus_id: UUID
) -> Draft | None:
    """A mail, or a text where there is no address; None for somebody whom neither reaches. `periods`: of the lessons;
    0 is the day."""
    with force_locale(to.locale):
        section = gettext(
            "%(class_name)s, section %(section)s",
            class_name=line.class_name.in_(to.locale)[0],
            section=line.section_name.in_(to.locale)[0],
        )
        if any(periods):
            numbers = ", ".join(to_local_digits(str(each), to.locale) for each in periods)
            section = gettext("%(section)s, lesson %(lessons)s", section=section, lessons=numbers)
        if to.email:
            subject = gettext("Register not taken yet: %(section)s", section=section)
            body = gettext(
                "The register of %(section)s is not taken yet today. Please take it here:\n\n%(link)s\n\n"
                "If somebody else takes it, there is nothing to do.\n\nSmart Academy",
                section=section,
                link=link,
            )
            return Draft(Channel.MAIL, REMINDER, to.email, to.locale, subject, body, campus_id)
        if to.phone:
            words = gettext(
                "Smart Academy: the register of %(section)s is not taken yet. Please take it.",
                section=section,
            )
            return Draft(Channel.SMS, REMINDER, to.phone, to.locale, "", words, campus_id)
    return None
