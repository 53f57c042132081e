"""Every route that takes a POST says why sending it twice does no harm, or carries a key."""

from __future__ import annotations

import pytest
from flask import Flask

from app.web.headers import ONCE_FIELD
from app.web.once import BY_NATURE
from tests.pages.test_every_form import ROLES, name_of
from tests.support.cast import Cast, Member
from tests.support.crawl import crawled
from tests.support.pages import PageClient
from tests.support.routes import school_with_twins


def creating(app: Flask) -> set[str]:
    return {name for name, view in app.view_functions.items() if getattr(view, "creates", False)}


def posted(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}


def test_every_post_is_harmless_twice_or_carries_a_key(app: Flask) -> None:
    undecided = posted(app) - creating(app) - set(BY_NATURE)
    assert undecided == set(), "mark the view with @creates or name the reason in app/web/once.py"


def test_no_route_is_in_both_places_and_no_reason_is_left_over(app: Flask) -> None:
    assert creating(app) & set(BY_NATURE) == set()
    assert set(BY_NATURE) <= posted(app)
    assert creating(app) <= posted(app)
    assert all(BY_NATURE.values())


def test_a_new_route_without_an_answer_is_found(app: Flask) -> None:
    fresh = Flask("fresh")
    fresh.add_url_rule("/things/new", "things.new", lambda: "", methods=["POST"])
    assert posted(fresh) - creating(fresh) - set(BY_NATURE) == {"things.new"}


@pytest.mark.parametrize("member", ROLES, ids=name_of)
def test_the_key_stands_in_forms_that_create_and_nowhere_else(
    app: Flask, cast: Cast, client: PageClient, member: Member | None
) -> None:
    with school_with_twins():
        forms = crawled(client, member).forms
    for form in forms.values():
        keys = [value for name, value in form.values if name == ONCE_FIELD]
        if form.endpoint in creating(app):
            assert len(keys) == 1 and len(keys[0]) == 22, f"{form.endpoint} on {form.page}: {keys}"
        else:
            assert keys == [], f"{form.endpoint} on {form.page}"
