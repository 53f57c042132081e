"""Typed errors of the domain."""

import pickle

import pytest

from app.domain.kernel.errors import N_, Conflict, DomainError, InvalidValue, NotFound, Refused, Stale
from app.domain.kernel.money import MoneyError


def test_an_error_speaks_with_its_placeholders_filled() -> None:
    error = Refused(N_("The section has %(capacity)s seats."), field="section", capacity=30)
    assert str(error) == "The section has 30 seats."
    assert error.message == "The section has %(capacity)s seats."
    assert (error.field, error.params) == ("section", {"capacity": 30})


def test_a_message_without_placeholders_may_hold_a_percent_sign() -> None:
    assert str(Refused("At most 100%")) == "At most 100%"


def test_a_subclass_brings_its_own_message() -> None:
    class SectionFull(Refused):
        message = N_("Section %(section)s is full.")

    assert str(SectionFull(section="7A")) == "Section 7A is full."
    assert SectionFull(section="7A").field is None


def test_a_stale_write_is_a_conflict_and_all_are_domain_errors() -> None:
    assert issubclass(Stale, Conflict)
    assert issubclass(NotFound, DomainError)
    assert issubclass(InvalidValue, Refused)
    assert issubclass(InvalidValue, ValueError)


@pytest.mark.parametrize(
    "error",
    [Refused("Only %(seats)s left.", field="section", seats=2), NotFound(), MoneyError("empty", field="fee")],
)
def test_errors_survive_pickling(error: DomainError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.field, copy.params) == (str(error), error.field, error.params)
