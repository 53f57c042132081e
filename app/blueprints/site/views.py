"""The public site and the address that says the server lives."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from app.domain.academics.queries import list_coming_entries
from app.domain.admissions.queries import find_open_cycles
from app.domain.cms.queries import (
    get_published_notice,
    get_published_page,
    list_published_addresses,
    list_published_notices,
    search_published,
)
from app.domain.cms.types import ArticleKind, Headline
from app.domain.kernel.access import visitor
from app.domain.kernel.dates import SHORT_MONTHS, to_local
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.paging import page_number
from app.domain.limits.rules import network_of
from app.domain.limits.services import take
from app.domain.limits.types import Limit
from app.web.access import client_address, public
from app.web.headers import shareable
from app.web.htmx import render_page
from app.web.i18n import DEFAULT_LOCALE, LOCALES, current_locale
from app.web.urls import absolute_url

blueprint = Blueprint("site", __name__)

NEW_FOR_DAYS = 7
QUERY_LENGTH = 100


@blueprint.route("/")
@public
def root() -> Response:
    """The site in the reader's language; Bangla where the browser does not ask for one of ours."""
    lang = request.accept_languages.best_match(list(LOCALES), default=DEFAULT_LOCALE)
    response = redirect(url_for("site.home", lang=lang), 302)
    response.vary.add("Accept-Language")
    return response  # type: ignore[return-value]  # Werkzeug types a redirect as its own Response


@blueprint.route("/<lang:lang>/")
@public
@shareable
def home(lang: str) -> Response:
    """The front door: whether a child can apply, what is new, what is coming."""
    now = datetime.now(UTC)
    today = to_local(now).date()
    return render_page(
        "site/home.html",
        cycles=find_open_cycles(today),
        notices=list_published_notices(now, size=5),
        entries=list_coming_entries(today, limit=4),
        today=today,
    )


@blueprint.route("/<lang:lang>/notices/")
@public
@shareable
def notices(lang: str) -> Response:
    """All notices, newest first."""
    number = page_number(request.args.get("page"))
    sheet = list_published_notices(datetime.now(UTC), number=number, size=15)
    return render_page("site/notices.html", "results", notices=sheet)


@blueprint.route("/<lang:lang>/notices/<string:slug>")
@public
@shareable
def notice(lang: str, slug: str) -> Response:
    """One notice."""
    return render_page("site/article.html", article=get_published_notice(slug, datetime.now(UTC)))


@blueprint.route("/<lang:lang>/pages/<string:slug>")
@public
@shareable
def page(lang: str, slug: str) -> Response:
    """One page, such as about or contact."""
    return render_page("site/article.html", article=get_published_page(slug, datetime.now(UTC)))


@blueprint.route("/<lang:lang>/search")
@public
def search(lang: str) -> Response:
    """Pages and notices that hold the words."""
    query = request.args.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH]
    if query:
        reader = visitor(lang, ip=client_address(), user_agent=request.user_agent.string)
        take(reader, (Limit.SEARCH_ADDRESS, network_of(reader.ip)))
    found = search_published(query, lang, datetime.now(UTC)) if query else []
    return render_page("site/search.html", "results", query=query, found=found)


@blueprint.route("/sitemap.xml")
@public
@shareable
def sitemap() -> Response:
    """Every public address in every language, for search engines."""
    places: list[tuple[str, dict[str, str], datetime | None]]
    places = [("site.home", {}, None), ("site.notices", {}, None)]
    for kind, slug, changed in list_published_addresses(datetime.now(UTC)):
        places.append((_endpoint(kind), {"slug": slug}, changed))
    entries = [
        ({lang: absolute_url(endpoint, lang=lang, **values) for lang in LOCALES}, changed)
        for endpoint, values, changed in places
    ]
    body = render_template("site/sitemap.xml", entries=entries)
    return make_response((body, {"Content-Type": "application/xml; charset=utf-8"}))


@blueprint.route("/robots.txt")
@public
@shareable
def robots() -> Response:
    """What search engines may read: the public site."""
    lines = ["User-agent: *", "Disallow: /home/", "Disallow: /site/", "Disallow: /*/password/"]
    lines += ["Disallow: /*/search", f"Sitemap: {absolute_url('site.sitemap')}", ""]
    return make_response(("\n".join(lines), {"Content-Type": "text/plain; charset=utf-8"}))


@blueprint.route("/healthz")
@public
def healthz() -> Response:
    """Whether the process answers."""
    return make_response(("ok\n", {"Content-Type": "text/plain; charset=utf-8"}))


def _endpoint(kind: ArticleKind) -> str:
    return "site.page" if kind is ArticleKind.PAGE else "site.notice"


def headline_url(headline: Headline) -> str:
    """The public address of a page or notice in the language of this answer."""
    return url_for(_endpoint(headline.kind), lang=current_locale(), slug=headline.slug)


def day_parts(value: date | datetime) -> tuple[str, str]:
    """(day of the month, short month) for the badge of a dated row; a moment is taken to Dhaka first."""
    if isinstance(value, datetime):
        value = to_local(value).date()
    lang = current_locale()
    return to_local_digits(str(value.day), lang), SHORT_MONTHS[lang][value.month - 1]


def is_new(headline: Headline) -> bool:
    """Whether a notice is so fresh that the list says so."""
    return (datetime.now(UTC) - headline.published_at).days < NEW_FOR_DAYS


def alternate_links() -> list[tuple[str, str]]:
    """(language, absolute address of this page in it), for search engines."""
    endpoint = request.endpoint
    if request.method != "GET" or not endpoint or "lang" not in (request.view_args or {}):
        return []
    args = dict(request.view_args or {})
    links = [(code, absolute_url(endpoint, **(args | {"lang": code}))) for code in LOCALES]
    return [*links, ("x-default", dict(links)[DEFAULT_LOCALE])]


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    return {
        "headline_url": headline_url,
        "day_parts": day_parts,
        "is_new": is_new,
        "alternate_links": alternate_links,
    }
