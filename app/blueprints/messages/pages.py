"""What the pages of the messages area show: the screen of one message, and its preview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from flask import abort, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.blueprints.messages.forms import LetterForm, TextForm
from app.domain.academics.queries import get_campus
from app.domain.admissions.messages.queries import find_own_words, our_words
from app.domain.admissions.messages.rules import check_words, fill, listed
from app.domain.admissions.messages.services import save_words
from app.domain.admissions.messages.types import KINDS, Kind, OwnWords, Words
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import format_date, format_time
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import Refused
from app.domain.outbox.types import Channel
from app.web.access import current_actor
from app.web.editing import Crumbs, EditForm, Editing
from app.web.errors import message_of
from app.web.i18n import LOCALES
from app.web.urls import status_link

CHANNEL_WORDS: dict[Channel, object] = {Channel.MAIL: _l("Letter by mail"), Channel.SMS: _l("Text message")}

_NAMES = ("child", "reason", "paper", "class", "section", "roll", "part", "place", "source", "outcome")
_SAMPLES = {
    "en": (
        *("Raiyan Hossain", "The picture is too dark to read.", "Birth certificate"),
        *("Class Six", "A", "12", "Written test", "Room 2"),
        *("The first number of the national draw", "It is on the waiting list."),
    ),
    "bn": (
        *("রাইয়ান হোসেন", "ছবিটি অন্ধকার, পড়া যায় না।", "জন্ম নিবন্ধন সনদ"),
        *("ষষ্ঠ শ্রেণি", "ক", "১২", "লিখিত পরীক্ষা", "২ নম্বর কক্ষ"),
        *("জাতীয় ড্রয়ের প্রথম সংখ্যা", "আবেদনটি অপেক্ষমাণ তালিকায় আছে।"),
    ),
    "ar": (
        *("ريان حسين", "الصورة مظلمة ولا تُقرأ.", "شهادة الميلاد"),
        *("الصف السادس", "أ", "12", "الاختبار التحريري", "الغرفة 2"),
        *("الرقم الأول في القرعة الوطنية", "الطلب على قائمة الانتظار."),
    ),
}
_REFERENCE = "SA26-00042-7"


def sample_values(locale: str) -> dict[str, str]:
    """Made-up values for a preview in one of our languages."""
    return dict(zip(_NAMES, _SAMPLES[locale], strict=True)) | {
        "number": "S26-00042-4",
        "reference": _REFERENCE,
        "link": status_link(locale, _REFERENCE),
        "day": format_date(date(2026, 12, 12), locale, "weekday"),
        "first": format_time(time(10), locale),
        "last": format_time(time(11, 30), locale),
        "seat": to_local_digits("12", locale),
        "waiting": to_local_digits("3", locale),
        "draw": to_local_digits("4", locale),
        "ticket": to_local_digits("57", locale),
        "rank": to_local_digits("23", locale),
    }


@dataclass(frozen=True)
class Shown:
    """A message as a family would get it, or why it cannot leave so."""

    words: Words
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Writing(Editing):
    """The screen of one message in one language at one campus."""

    kind: Kind
    channel: Channel
    locale: str
    is_own: bool
    reset_url: str

    @property
    def names(self) -> str:
        """What the message may name."""
        return listed(self.kind.may_by(self.channel))

    def shown(self, form: EditForm) -> Shown:
        """The preview of what stands in the form."""
        words = form.details()
        try:
            check_words(self.kind, self.channel, words)
        except Refused as error:
            return Shown(words, message_of(error))
        return Shown(fill(words, sample_values(self.locale)))


def listed_messages() -> list[tuple[Kind, Channel]]:
    """Every message, by each way in which it leaves."""
    return [(kind, channel) for kind in KINDS.values() for channel in Channel]


def message_of_address(kind: str, channel: str, locale: str) -> tuple[Kind, Channel, str]:
    """The message that an address names; 404 where there is none such."""
    found, way = KINDS.get(kind), next((each for each in Channel if each.value == channel), None)
    if found is None or way is None or locale not in LOCALES:
        abort(404)
    return found, way, locale


def crumbs(campus_id: UUID) -> Crumbs:
    """The way to the list of a campus."""
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Messages to families"), url_for("messages.index", campus=campus_id)),
    ]


def writing(campus_id: UUID, kind: Kind, channel: Channel, locale: str) -> Writing:
    """The screen of a message. Raises NotFound outside the reader's campuses."""
    actor = current_actor()
    get_campus(actor, campus_id, Permission.MESSAGES_EDIT)
    own = find_own_words(campus_id, kind.name, channel, locale)
    back = url_for("messages.index", campus=campus_id)

    def read() -> OwnWords:
        now = find_own_words(campus_id, kind.name, channel, locale)
        return now or OwnWords(campus_id, our_words(kind.name, channel, locale), 0)

    def save(form: EditForm) -> None:
        version = form.version.number or None
        save_words(actor, campus_id, kind.name, channel, locale, form.details(), version)

    return Writing(
        title=f"{gettext(kind.title)} · {CHANNEL_WORDS[channel]} · {LOCALES[locale]}",
        act=gettext("Save the message"),
        done=gettext("Saved. The next message of this kind leaves in these words."),
        crumbs=crumbs(campus_id),
        back=back,
        form=TextForm if channel is Channel.SMS else LetterForm,
        save=save,
        onward=lambda _: back,
        read=read,
        template="messages/edit.html",
        kind=kind,
        channel=channel,
        locale=locale,
        is_own=own is not None,
        reset_url=url_for(
            "messages.reset", campus_id=campus_id, kind=kind.name, channel=channel.value, locale=locale
        ),
    )
