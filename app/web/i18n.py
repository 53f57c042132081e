"""The reader's language: in the path on the public site, in the account in the portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import cast
from urllib.parse import urlencode

from babel.support import Translations
from flask import Flask, g, has_request_context, request, session, url_for
from flask_babel import get_translations, gettext, ngettext
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.routing import BaseConverter

from app.domain.kernel.dates import Span, format_date, format_time, month_name, to_local, weekday_name
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.money import format_taka
from app.domain.kernel.numbers import format_number
from app.domain.kernel.phones import format_mobile
from app.domain.kernel.segments import count_segments, fold_for_sms
from app.domain.kernel.texts import LocalText
from app.extensions import babel

LOCALES = {"bn": "বাংলা", "en": "English", "ar": "العربية"}
DEFAULT_LOCALE = "bn"
_LOCALE = "lang"
RIGHT_TO_LEFT = frozenset({"ar"})


class LocaleConverter(BaseConverter):
    """The language of the public site as the first part of the path."""

    regex = "bn|en|ar"


def current_locale() -> str:
    """The language this answer is written in."""
    try:
        return cast(str, g.locale)  # a page asks a hundred times: one look and no questions
    except (AttributeError, RuntimeError):
        pass
    if not has_request_context():
        return DEFAULT_LOCALE
    g.locale = _choose()
    return cast(str, g.locale)


def _choose() -> str:
    in_path = (request.view_args or {}).get("lang")
    if in_path in LOCALES:
        return str(in_path)
    if current_user and current_user.is_authenticated:
        return str(current_user.actor.locale)
    if "_user_id" in session and session.get(_LOCALE) in LOCALES:
        return str(session[_LOCALE])  # signed in, and the database cannot say now as whom
    first = request.path.split("/", 2)[1] if request.path.count("/") else ""
    if first in LOCALES:
        return first
    return request.accept_languages.best_match(list(LOCALES), default=DEFAULT_LOCALE)


def remember_locale(code: str) -> None:
    """Let the browser of somebody signed in keep the language of the account, for when that cannot be asked."""
    session[_LOCALE] = code


def direction() -> str:
    """`rtl` for Arabic, else `ltr`."""
    return "rtl" if current_locale() in RIGHT_TO_LEFT else "ltr"


def language_links() -> list[tuple[str, str, str, bool]]:
    """(code, own name, address of this page in it, is it now) for the public site's language switch."""
    here = current_locale()
    args = dict(request.view_args or {})
    # A refused form is answered at the address of its page, so the switch stays on the page too.
    has_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    if "lang" in args and request.endpoint and has_page:
        # What stands after the question mark is anybody's: as arguments of url_for it could name the host,
        # the scheme or the endpoint, so it is only put behind the address.
        query = urlencode(list(request.args.items(multi=True)))
        return [
            (
                code,
                name,
                url_for(request.endpoint, **(args | {"lang": code})) + (f"?{query}" if query else ""),
                code == here,
            )
            for code, name in LOCALES.items()
        ]
    return [(code, name, url_for("site.home", lang=code), code == here) for code, name in LOCALES.items()]


def local(value: LocalText | None) -> Markup:
    """School-typed text in the reader's language; where it is missing, another one marked as such."""
    if not value:
        return Markup("")
    wanted = current_locale()
    text, lang = value.in_(wanted)
    return escape(text) if lang == wanted else in_language(text, lang)


def local_plain(value: LocalText) -> str:
    """School-typed text as plain words, for titles and choices, which carry no markup."""
    return value.in_(current_locale())[0]


def in_language(text: str, lang: str) -> Markup:
    """Text of another language or script than the page's, so that it is read aloud and shaped rightly."""
    if lang == current_locale():
        return escape(text)
    way = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    # A list does this a hundred times, and `Markup.format` takes ten times as long.
    return Markup(f'<span lang="{escape(lang)}" dir="{way}">{escape(text)}</span>')  # noqa: S704  # all is escaped


def clock(moment: datetime) -> str:
    """`8:42` in Dhaka."""
    return format_time(to_local(moment), current_locale())


def day(value: date | datetime, style: str = "long") -> str:
    """A date in the reader's language; a moment is taken to Dhaka first."""
    if isinstance(value, datetime):
        value = to_local(value).date()
    return format_date(value, current_locale(), style)


def say(message: str, **values: object) -> str:
    """A marked message in the reader's language, its numbers and days in the reader's digits."""
    return str(gettext(message, **{name: _spoken(value) for name, value in values.items()}))


def _spoken(value: object) -> object:
    match value:
        case bool():
            return value
        case int():
            return to_local_digits(str(value), current_locale())
        case date():
            return day(value)
        case Span():
            return span(value)
        case LocalText():
            return value.in_(current_locale())[0]
        case _:
            return value


def span(value: Span) -> str:
    """A length of life: "5 years", "5 years 6 months", "8 months"."""
    years, months = divmod(value.months, 12)
    parts = []
    if years:
        parts.append(ngettext("%(count)s year", "%(count)s years", years, count=digits(years)))
    if months or not years:
        parts.append(ngettext("%(count)s month", "%(count)s months", months, count=digits(months)))
    return " ".join(str(part) for part in parts)


def moment(value: datetime) -> str:
    """Day and time of something that happened."""
    return str(gettext("%(day)s, %(time)s", day=day(value), time=clock(value)))


def digits(text: object) -> str:
    """A number or a text in the reader's digits."""
    return to_local_digits(str(text), current_locale())


def _number(value: int | Decimal) -> str:
    return format_number(value, current_locale())


def _taka(value: int | Decimal) -> str:
    return format_taka(Decimal(value), current_locale())


def _mobile(value: str) -> str:
    return format_mobile(value, current_locale())


def segments(text: str) -> str:
    """What a text message costs and what still fits, where one is composed."""
    found = count_segments(fold_for_sms(text))
    return str(
        gettext(
            "%(messages)s, room for %(room)s more characters",
            messages=ngettext(
                "%(texts)s text message", "%(texts)s text messages", found.parts, texts=digits(found.parts)
            ),
            room=digits(found.room),
        )
    )


def _weekday(iso_weekday: int, short: bool = False) -> str:
    return weekday_name(iso_weekday - 1, current_locale(), short=short)


def _month_short(number: int) -> str:
    return month_name(number, current_locale(), short=True)


def local_time(value: time) -> str:
    """A time of day in the reader's digits."""
    return format_time(value, current_locale())


_FILTERS: dict[str, Callable[..., object]] = {
    "local": local,
    "local_plain": local_plain,
    "weekday": _weekday,
    "month_short": _month_short,
    "day": day,
    "clock": clock,
    "local_time": local_time,
    "moment": moment,
    "digits": digits,
    "number": _number,
    "taka": _taka,
    "mobile": _mobile,
    "segments": segments,
}


def _per_reader(spoken: Callable[..., object]) -> Callable[..., object]:
    """A filter that Jinja never works out while compiling, which would be in the first reader's language."""

    @pass_context
    def filtered(context: Context, value: object, *args: object) -> object:
        return spoken(value, *args)

    return filtered


@lru_cache
def _catalogue(locale: str) -> Translations:
    """The catalogue of a language, which is that of the request: a page asks it a hundred times."""
    return cast(Translations, get_translations())


def _gettext(message: str, **values: object) -> Markup:
    """A message for a template: trusted words, escaped values. Jinja's own way to it is four calls longer."""
    if not values:
        return _said(current_locale(), message)
    return _filled(_catalogue(current_locale()).ugettext(message), values)


@lru_cache(8192)
def _said(locale: str, message: str) -> Markup:
    """A message without values, which is the same each time."""
    return _filled(_catalogue(locale).ugettext(message), {})


def _ngettext(one: str, many: str, number: int, **values: object) -> Markup:
    """The form of a message that a number asks for; the number itself is `%(num)s`."""
    return _filled(_catalogue(current_locale()).ungettext(one, many, number), {"num": number} | values)


def _filled(text: str, values: dict[str, object]) -> Markup:
    if values:
        return Markup(text) % values  # noqa: S704  # the words are the catalogue's, checked for their tags
    return Markup(text.replace("%%", "%") if "%" in text else text)  # noqa: S704  # as above


def init_i18n(app: Flask) -> None:
    """Catalogues, filters and globals that speak the reader's language."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LOCALE
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.config["TRANSLATIONS"])
    babel.init_app(app, locale_selector=current_locale, default_timezone="Asia/Dhaka")
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)
    app.url_map.converters["lang"] = LocaleConverter
    for name, spoken in _FILTERS.items():
        app.jinja_env.filters[name] = _per_reader(spoken)
    app.jinja_env.globals.update(
        months=months, language_links=language_links, in_language=in_language, locales=LOCALES
    )

    @app.context_processor
    def _language() -> dict[str, object]:
        return {"lang": current_locale(), "direction": direction()}


def months() -> list[str]:
    """The names of the months in the reader's language."""
    return [month_name(number, current_locale()) for number in range(1, 13)]
