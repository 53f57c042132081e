"""Every route declares who may ask for it, in addresses of one form."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.domain.kernel.access import Permission
from app.web.access import PUBLIC, declared_access

_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|\.well-known")


def test_every_route_declares_its_access(app: Flask) -> None:
    with app.app_context():
        undeclared = [
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if not isinstance(declared_access(rule.endpoint), Permission)
            and declared_access(rule.endpoint) != PUBLIC
        ]
    assert undeclared == []


def test_addresses_are_kebab_case_with_typed_parameters(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for part in rule.rule.strip("/").split("/"):
            if part.startswith("<"):
                assert ":" in part, f"{rule.rule}: {part} has no type"
            elif part:
                assert _PART.fullmatch(part), f"{rule.rule}: {part} is not kebab-case"


def test_only_get_and_post_are_used(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule.rule


def test_a_route_that_declares_nothing_does_not_answer(app: Flask) -> None:
    fresh = app.test_client()
    with app.test_request_context():
        assert declared_access("no.such.route") is None
    assert fresh.get("/home/").status_code == 303


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\tx", "", None],
)
def test_signing_in_never_leads_off_the_site(target: str | None) -> None:
    from app.web.access import safe_next

    assert safe_next(target) is None
