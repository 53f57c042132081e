"""Forms of the family area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from app.domain.attendance.leave.rules import WORDS_LENGTH
from app.domain.attendance.leave.types import LeaveReason, Span
from app.domain.outbox.types import Channel
from app.domain.people.queries import FamilyStudent
from app.web.forms import ChoiceField, ChoicesField, DayField, FileField, Form, Required, TextField
from app.web.i18n import current_locale, day
from app.web.words import LEAVE_REASON_WORDS


class PicksField(ChoiceField, RadioField):
    """One of a few as picks: one tap and not two."""


class AskForm(Form):
    """An absence: whose, why, which days."""

    children = ChoicesField(_l("Who"))
    reason = PicksField(_l("Why"))
    first = DayField(_l("First day"), [Required(_l("Give the first day."))])
    last = DayField(_l("Last day"), [Required(_l("Give the last day."))])
    words = TextField(_l("In your own words"), max_length=WORDS_LENGTH, render_kw={"rows": 2})
    paper = FileField(_l("Photograph of a paper"))

    def __init__(self, offered: Sequence[FamilyStudent], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.children.choices = [
            (str(each.student_id), each.names.in_(current_locale())[0]) for each in offered
        ]
        self.reason.choices = list(LEAVE_REASON_WORDS.items())

    @property
    def chosen(self) -> list[UUID]:
        """The children chosen."""
        return [UUID(each) for each in self.children.data or ()]

    @property
    def span(self) -> Span:
        """The days. Raises ValueError for a form that is not in order."""
        first, last = self.first.data, self.last.data
        if first is None or last is None:
            raise ValueError("both days are required")
        return Span(first, last)

    @property
    def why(self) -> LeaveReason:
        """The reason."""
        return LeaveReason(self.reason.data)

    def photograph(self) -> tuple[bytes, str] | None:
        """The bytes of the paper and its name, where one was chosen."""
        sent = self.paper.data
        return (sent.read(), sent.filename) if getattr(sent, "filename", "") else None


class ShortenForm(Form):
    """An earlier last day."""

    last = ChoiceField(_l("New last day"))

    def __init__(self, span: Span, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        days = [span.first + timedelta(each) for each in range((span.last - span.first).days)]
        self.last.choices = [(each.isoformat(), day(each, "weekday")) for each in days]

    @property
    def wanted(self) -> date:
        """The day chosen."""
        return date.fromisoformat(self.last.data)


class WayForm(Form):
    """How to be told."""

    channel = PicksField(_l("How the school tells you that a child is absent"))

    def __init__(self, phone: str | None, email: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel.choices = [
            *([(Channel.SMS.value, _l("By text message"))] if phone else []),
            *([(Channel.MAIL.value, _l("By e-mail"))] if email else []),
        ]
