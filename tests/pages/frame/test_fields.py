"""What the fields of all forms take and refuse."""

from __future__ import annotations

import pytest
from flask import Flask

from app.web.forms import EmailField, Form, NumberField


class Sample(Form):
    email = EmailField("E-mail")
    number = NumberField("Number", least=-5, most=999_999_999)


def faults(app: Flask, **values: str) -> list[str]:
    with app.test_request_context("/en/", method="POST", data=values):
        form = Sample()
        form.validate()
        return [message for _, message in form.problems]


@pytest.mark.parametrize(
    "email", ["a@b.co", "Dalia.Akter+school@mail.example.com", "o'brien@x-y.example", "n_1@1.bd", ""]
)
def test_an_address_is_taken(app: Flask, email: str) -> None:
    assert faults(app, email=email) == []


@pytest.mark.parametrize(
    "email",
    [
        ".a@b.example",
        "a.@b.example",
        "a..b@c.example",
        "a@.b.example",
        "a@b.example.",
        "a@b",
        "a@-b.example",
        "a@b_c.example",
        "a@[10.0.0.1]",
        "a b@c.example",
        "a@b@c.example",
        "=?utf-8?q?x?=@b.example",
        "a@b.example\r\nBcc: all@school.example",
        "a" * 65 + "@b.example",
        "আমি@b.example",
    ],
)
def test_an_address_no_mail_could_reach_is_refused(app: Flask, email: str) -> None:
    assert faults(app, email=email) == ["Check the e-mail address. It looks like name@example.com."]


@pytest.mark.parametrize("number", ["7", "-5", "০৭", "999999999", ""])
def test_a_number_is_taken(app: Flask, number: str) -> None:
    assert faults(app, number=number) == []


@pytest.mark.parametrize("number", ["--5", "-", "5-", "1.5", "²", "1 000", "9" * 10, "1e3"])
def test_what_is_no_number_is_told_in_our_words(app: Flask, number: str) -> None:
    assert faults(app, number=number) == ["Write a whole number."]
