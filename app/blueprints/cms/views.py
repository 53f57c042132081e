"""What editors do: write pages and notices in three languages, see them as readers will, publish them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.cms.forms import WRITING_ORDER, ArticleForm, NoticeForm, PageForm, PublishForm
from app.domain.academics.queries import list_campuses
from app.domain.cms.policies import editable
from app.domain.cms.queries import get_article, list_articles
from app.domain.cms.rules import is_visible
from app.domain.cms.services import add_notice, add_page, edit_notice, edit_page, publish, unpublish
from app.domain.cms.types import Article, ArticleKind
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import to_local
from app.domain.kernel.errors import Refused, Stale
from app.domain.kernel.paging import page_number
from app.domain.kernel.richtext import html_of_typed
from app.web.access import current_actor, requires
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import LOCALES, RIGHT_TO_LEFT
from app.web.once import creates

blueprint = Blueprint("cms", __name__, url_prefix="/site")


@blueprint.route("/pages/")
@requires(Permission.SITE_EDIT)
def pages() -> Response:
    """Every page, published or not."""
    return _list(ArticleKind.PAGE)


@blueprint.route("/notices/")
@requires(Permission.SITE_EDIT)
def notices() -> Response:
    """Every notice this editor looks after."""
    return _list(ArticleKind.NOTICE)


def _list(kind: ArticleKind) -> Response:
    number = page_number(request.args.get("page"))
    articles = list_articles(editable(current_actor(), kind), kind, number=number)
    return render_page("cms/list.html", "results", kind=kind, articles=articles)


@blueprint.route("/pages/new", methods=["GET", "POST"])
@requires(Permission.SITE_EDIT)
@creates
def new_page() -> Response:
    """Write a page."""
    form = PageForm()
    if _asked_to_save(form):
        try:
            key = add_page(current_actor(), slug=form.slug.data or "", title=form.title, content=form.content)
        except Refused as error:
            form.put_refusal(error)
        else:
            return _saved("cms.page", page_id=key)
    return _editor(ArticleKind.PAGE, form)


@blueprint.route("/notices/new", methods=["GET", "POST"])
@requires(Permission.SITE_EDIT)
@creates
def new_notice() -> Response:
    """Write a notice."""
    form = _notice_form()
    if _asked_to_save(form):
        try:
            key = add_notice(
                current_actor(),
                slug=form.slug.data or "",
                title=form.title,
                content=form.content,
                campus_id=form.campus_id.key,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return _saved("cms.notice", notice_id=key)
    return _editor(ArticleKind.NOTICE, form)


@blueprint.route("/pages/<uuid:page_id>", methods=["GET", "POST"])
@requires(Permission.SITE_EDIT)
def page(page_id: UUID) -> Response:
    """Change a page."""
    article = get_article(editable(current_actor(), ArticleKind.PAGE), ArticleKind.PAGE, page_id)
    form = PageForm()
    stale = False
    if _asked_to_save(form, article):
        try:
            edit_page(
                current_actor(),
                page_id,
                version=form.version.number or 0,
                slug=form.slug.data or article.slug,
                title=form.title,
                content=form.content,
            )
        except Refused as error:
            form.put_refusal(error)
        except Stale:
            stale = True
        else:
            return _saved("cms.page", page_id=page_id)
    return _editor(ArticleKind.PAGE, form, article, stale=stale)


@blueprint.route("/notices/<uuid:notice_id>", methods=["GET", "POST"])
@requires(Permission.SITE_EDIT)
def notice(notice_id: UUID) -> Response:
    """Change a notice."""
    article = get_article(editable(current_actor(), ArticleKind.NOTICE), ArticleKind.NOTICE, notice_id)
    form, stale = _notice_form(), False
    if _asked_to_save(form, article):
        try:
            edit_notice(
                current_actor(),
                notice_id,
                version=form.version.number or 0,
                slug=form.slug.data or article.slug,
                title=form.title,
                content=form.content,
                campus_id=form.campus_id.key,
            )
        except Refused as error:
            form.put_refusal(error)
        except Stale:
            stale = True
        else:
            return _saved("cms.notice", notice_id=notice_id)
    return _editor(ArticleKind.NOTICE, form, article, stale=stale)


@blueprint.route("/pages/<uuid:page_id>/publish", methods=["POST"])
@requires(Permission.SITE_EDIT)
def publish_page(page_id: UUID) -> Response:
    """Show a page to everybody."""
    return _publish(ArticleKind.PAGE, page_id)


@blueprint.route("/notices/<uuid:notice_id>/publish", methods=["POST"])
@requires(Permission.SITE_EDIT)
def publish_notice(notice_id: UUID) -> Response:
    """Show a notice to everybody, now or from a day on."""
    return _publish(ArticleKind.NOTICE, notice_id)


def _publish(kind: ArticleKind, article_id: UUID) -> Response:
    article = get_article(editable(current_actor(), kind), kind, article_id)
    when = PublishForm()
    if not submitted(when):
        form = _filled(kind, article)
        return _editor(kind, form, article, when=when, status=422)
    publish(current_actor(), kind, article_id, on=when.on.data)
    flash(gettext("It is published."), "ok")
    return see_other(_url_of(kind, article_id))


@blueprint.route("/pages/<uuid:page_id>/unpublish", methods=["POST"])
@requires(Permission.SITE_EDIT)
def unpublish_page(page_id: UUID) -> Response:
    """Take a page off the site."""
    return _unpublish(ArticleKind.PAGE, page_id)


@blueprint.route("/notices/<uuid:notice_id>/unpublish", methods=["POST"])
@requires(Permission.SITE_EDIT)
def unpublish_notice(notice_id: UUID) -> Response:
    """Take a notice off the site."""
    return _unpublish(ArticleKind.NOTICE, notice_id)


def _unpublish(kind: ArticleKind, article_id: UUID) -> Response:
    unpublish(current_actor(), kind, article_id)
    flash(gettext("It is no longer on the site. Its text is kept here."), "ok")
    return see_other(_url_of(kind, article_id))


# --- what the views share


def _url_of(kind: ArticleKind, article_id: UUID) -> str:
    if kind is ArticleKind.PAGE:
        return url_for("cms.page", page_id=article_id)
    return url_for("cms.notice", notice_id=article_id)


def _saved(endpoint: str, **values: Any) -> Response:
    flash(gettext("Saved."), "ok")
    return see_other(url_for(endpoint, **values))


def _notice_form() -> NoticeForm:
    """The form of a notice, offering the campuses this editor writes for."""
    form = NoticeForm()
    campuses = list_campuses(current_actor(), Permission.SITE_EDIT)
    form.campus_id.choices = [("", gettext("The whole school"))]
    form.campus_id.choices += [
        (str(campus.id), campus.name.in_(current_actor().locale)[0]) for campus in campuses
    ]
    return form


def _filled(kind: ArticleKind, article: Article) -> ArticleForm:
    form = PageForm(formdata=None) if kind is ArticleKind.PAGE else _notice_form()
    form.show(article)
    return form


def _asked_to_save(form: ArticleForm, article: Article | None = None) -> bool:
    """Whether the form was sent to be stored; shows what is stored when it was not sent at all."""
    if not form.is_submitted():
        if article is not None:
            form.show(article)
        return False
    return submitted(form) and request.form.get("act") != "preview"


@dataclass(frozen=True)
class Preview:
    """One language as readers will see it."""

    lang: str
    language: str
    direction: str
    title: str
    html: str


def _previews(form: ArticleForm) -> list[Preview]:
    return [
        Preview(
            lang,
            LOCALES[lang],
            "rtl" if lang in RIGHT_TO_LEFT else "ltr",
            getattr(form.title, lang),
            html_of_typed(getattr(form.content, lang)),
        )
        for lang in WRITING_ORDER
    ]


def _editor(
    kind: ArticleKind,
    form: ArticleForm,
    article: Article | None = None,
    *,
    stale: bool = False,
    when: PublishForm | None = None,
    status: int = 200,
) -> Response:
    now = datetime.now(UTC)
    previewing = form.is_submitted() and not form.problems and request.form.get("act") == "preview"
    if stale and article is not None:
        form.version.data = str(article.version)
    return render_page(
        "cms/editor.html",
        status=409 if stale else 422 if form.problems and form.is_submitted() else status,
        kind=kind,
        form=form,
        article=article,
        stale=stale,
        previews=_previews(form) if previewing else None,
        when=when or PublishForm(formdata=None, data={"on": to_local(now).date()}),
        visible=article is not None
        and is_visible(is_published=article.is_published, published_at=article.published_at, now=now),
    )


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    return {"article_url": lambda article: _url_of(article.kind, article.id), "is_visible_now": _is_visible}


def _is_visible(article: Article) -> bool:
    return is_visible(
        is_published=article.is_published, published_at=article.published_at, now=datetime.now(UTC)
    )
