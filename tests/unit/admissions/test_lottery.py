"""The draw itself: the same for everybody who computes it, fair, within quotas, and bound to the list."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import Shift
from app.domain.admissions.lottery.rules import (
    GENERAL,
    WAITING,
    clean_value,
    draw_value,
    hold_draw,
    make_seed,
    sha256,
    write_list,
    write_result,
)
from app.domain.admissions.lottery.types import Drawn, FixedQuota, Heading, Ticket, ValueMissing
from app.domain.kernel.texts import LocalText

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "lottery" / "check_draw.py"
README = SCRIPT.with_name("README.md")
SECRET = "5e" * 32


def heading(seats: int, *quotas: int) -> Heading:
    """A list of a class with so many seats, so many of them for each quota."""
    found = tuple(
        FixedQuota(f"Q{n}", each, LocalText(f"Quota {n}", "কোটা")) for n, each in enumerate(quotas, 1)
    )
    return Heading(7, "Class Seven, 2027, Main Campus", Shift.DAY, seats, found)


def seed_of(number: int) -> bytes:
    """The seed of draw after draw."""
    return make_seed("0" * 64, SECRET, str(number))


def run_script(folder: Path, *values: str) -> subprocess.CompletedProcess[bytes]:
    """The script as somebody else starts it, with nothing of ours around it."""
    command = [sys.executable, "-I", str(SCRIPT), "list.txt", *values]
    return subprocess.run(command, capture_output=True, check=False, cwd=folder)


def result(head: Heading, text: str, value: str, drawn: list[Drawn]) -> str:
    """The result as the application publishes it."""
    places = [(each.rank, each.number, each.place) for each in drawn]
    return write_result(head.number, sha256(text), SECRET, value, places)


def test_the_script_gives_ten_thousand_tickets_the_same_places(tmp_path: Path) -> None:
    chance = random.Random(2026)  # noqa: S311  # the same tickets in every run
    head = heading(420, 170, 21, 8, 2)
    tickets = [
        Ticket(number, tuple(quota.code for quota in head.quotas if chance.random() < 0.15))
        for number in range(1, 10_001)
    ]
    text, value = write_list(head, tickets), "5123.45 ৳"
    (tmp_path / "list.txt").write_bytes(text.encode())
    began = time.perf_counter()
    drawn = hold_draw(head, tickets, make_seed(sha256(text), SECRET, value))
    took, began = time.perf_counter() - began, time.perf_counter()
    others = run_script(tmp_path, sha256(text), sha256(SECRET), SECRET, value).stdout.decode()
    print(
        f"\n10,000 tickets, 420 seats, 4 quotas: drawn in {took * 1000:.0f} ms, by the script in "
        f"{(time.perf_counter() - began) * 1000:.0f} ms; the list has {len(text.encode()):,} bytes"
    )
    assert others.splitlines() == result(head, text, value, drawn).splitlines()
    assert others == result(head, text, value, drawn)
    places = Counter(each.place for each in drawn)
    assert places == {"Q1": 170, "Q2": 21, "Q3": 8, "Q4": 2, GENERAL: 219, WAITING: 9580}


def test_the_script_is_short_and_refuses_another_list_or_value(tmp_path: Path) -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 100
    text = write_list(heading(1), [Ticket(1), Ticket(2)])
    (tmp_path / "list.txt").write_text(text.replace("seats 1", "seats 2"), encoding="utf-8")
    refused = run_script(tmp_path, sha256(text), sha256(SECRET), SECRET, "1")
    assert refused.returncode == 1 and b"NOT THE SAME LIST" in refused.stderr
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    refused = run_script(tmp_path, sha256(text), sha256(SECRET), "5f" * 32, "1")
    assert refused.returncode == 1 and b"NOT THE VALUE" in refused.stderr


def test_what_was_once_published_comes_out_for_ever() -> None:
    """The example of the README. Where this fails, old draws could no longer be checked."""
    head = heading(3, 1)
    tickets = [Ticket(1), Ticket(2, ("Q1",)), Ticket(3), Ticket(4, ("Q1",)), Ticket(5)]
    text = write_list(head, tickets)
    drawn = hold_draw(head, tickets, make_seed(sha256(text), SECRET, "5123.45"))
    readme = README.read_text(encoding="utf-8")
    assert text in readme
    assert result(head, text, "5123.45", drawn) in readme


@st.composite
def lists(draw: st.DrawFn) -> tuple[Heading, list[Ticket]]:
    quotas = draw(st.lists(st.integers(0, 4), max_size=3))
    head = heading(sum(quotas) + draw(st.integers(0, 6)), *quotas)
    codes = [quota.code for quota in head.quotas]
    one = st.lists(st.sampled_from(codes), unique=True) if codes else st.just([])
    claims = draw(st.lists(one, max_size=24))
    return head, [Ticket(n, tuple(sorted(each))) for n, each in enumerate(claims, start=1)]


@given(lists(), st.integers())
def test_quotas_are_kept_seats_are_filled_and_the_order_is_the_same_every_time(
    case: tuple[Heading, list[Ticket]], number: int
) -> None:
    head, tickets = case
    drawn = hold_draw(head, tickets, seed_of(number))
    assert drawn == hold_draw(head, tickets[::-1], seed_of(number)), "who stands first gains nothing"
    assert [each.rank for each in drawn] == list(range(1, len(tickets) + 1))
    assert sorted(each.number for each in drawn) == [each.number for each in tickets]
    places = Counter(each.place for each in drawn)
    assert places[WAITING] == max(0, len(tickets) - head.seats)
    claims = {each.number: each.quotas for each in tickets}
    for quota in head.quotas:
        assert places[quota.code] <= min(quota.seats, sum(quota.code in each for each in claims.values()))
    assert all(each.place in (*claims[each.number], GENERAL, WAITING) for each in drawn)


@given(lists(), st.data())
def test_whoever_changes_one_ticket_changes_the_hash(
    case: tuple[Heading, list[Ticket]], data: st.DataObject
) -> None:
    head, tickets = case
    before = sha256(write_list(head, tickets))
    if tickets and head.quotas:
        place = data.draw(st.integers(0, len(tickets) - 1))
        code = data.draw(st.sampled_from([quota.code for quota in head.quotas]))
        other = Ticket(place + 1, tuple(sorted({*tickets[place].quotas} ^ {code})))
        assert sha256(write_list(head, [*tickets[:place], other, *tickets[place + 1 :]])) != before
    assert sha256(write_list(head, [*tickets, Ticket(len(tickets) + 1)])) != before
    assert sha256(write_list(heading(head.seats + 1), tickets)) != before


def test_every_ticket_is_as_likely_in_every_place() -> None:
    """Ten tickets, 4,000 draws: how often each came out in each place, against what chance allows."""
    draws, tickets = 4_000, [Ticket(number) for number in range(1, 11)]
    seen: Counter[tuple[int, int]] = Counter()
    for number in range(draws):
        for each in hold_draw(heading(3), tickets, seed_of(number)):
            seen[each.number, each.rank] += 1
    expected = draws / len(tickets)
    chi = sum((seen[n, rank] - expected) ** 2 / expected for n in range(1, 11) for rank in range(1, 11))
    print(f"\nchi-square of {draws:,} draws over 100 cells, 81 of them free: {chi:.1f}")
    # With 81 degrees of freedom the mean is 81 and the deviation 12.7: four of them to either side.
    assert 30 < chi < 132


def test_each_of_the_three_values_decides() -> None:
    tickets = [Ticket(number) for number in range(1, 41)]

    def order(*values: str) -> list[int]:
        return [each.number for each in hold_draw(heading(3), tickets, make_seed(*values))]

    first = order("a" * 64, SECRET, "5123.45")
    others = [
        order("b" * 64, SECRET, "5123.45"),
        order("a" * 64, "5f" * 32, "5123.45"),
        order("a" * 64, SECRET, "5123.46"),
    ]
    assert first not in others and len({tuple(each) for each in others}) == 3
    assert draw_value(seed_of(1), 1) != draw_value(seed_of(1), 11)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("5123.45", "5123.45"), (" ৫১২৩.৪৫ ", "5123.45"), ("٥١٢٣.45", "5123.45"), ("12  34\t56", "12 34 56")],
)
def test_a_value_is_joined_as_one_line_with_digits_of_every_script(typed: str, meant: str) -> None:
    assert clean_value(typed) == meant


def test_nothing_is_no_value() -> None:
    with pytest.raises(ValueMissing):
        clean_value("  ")
