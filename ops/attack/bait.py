"""Views with a hole, so that it is known that the attack would find one. They are in no installation but the attacked.

Each is asked as the school's own pages are: by a query, by a part of the path, by a header, and by a form that
carries the session's token and a key of its own and that only who is signed in may send.
"""

from __future__ import annotations

from flask import Flask, request
from markupsafe import Markup

from app.domain.kernel.access import Permission
from app.uow import session
from app.web.access import public, requires
from app.web.headers import csrf_field, once_field
from app.web.once import creates

_PAGE = Markup(
    """<!doctype html><html lang="en" dir="ltr"><title>Bait</title><h1>Bait</h1><p>{found}</p>
<a href="/bait/about">One</a><form action="/bait/"><input name="slug" value="about"></form>
<form method="post" action="/bait/keep">{csrf}{once}<input name="slug" value="about"></form>
"""
)


def _answer(slug: str) -> str:
    statement = f"SELECT slug FROM pages WHERE slug = '{slug}'"  # noqa: S608  # nosec B608  # the hole that must be found
    found = session().connection().exec_driver_sql(statement).scalars().all()
    return _PAGE.format(found=", ".join(found), csrf=csrf_field(), once=once_field())


@public
def ask() -> str:
    """What the query and the browser's name say, into a statement as they stand."""
    if "slug" in request.args:
        return _answer(request.args["slug"])
    return _answer(request.user_agent.string)


@public
def one(slug: str) -> str:
    """A part of the path, as it stands."""
    return _answer(slug)


@requires(Permission.PORTAL_ENTER)
@creates
def keep() -> str:
    """What a form says, as it stands."""
    return _answer(request.form.get("slug", ""))


def add_bait(app: Flask) -> None:
    """Put the views with holes beside the school's pages."""
    app.add_url_rule("/bait/", "bait.ask", ask)
    app.add_url_rule("/bait/<string:slug>", "bait.one", one)
    app.add_url_rule("/bait/keep", "bait.keep", keep, methods=["POST"])
