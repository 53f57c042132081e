"""An intake of the demo school that is over: places that fell free this year, drawn by lot or given by a test.

One class was drawn: its list, the value that decided, the offers, and a waiting list that has moved since. One waits
for its draw, which whoever tries the demo can hold. One is ranked by a test and a viva, and not every mark is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from app.cli.demo_data.applications import Applicants, Desk, Plan, status_link
from app.cli.demo_data.people import Registry
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import add_class, add_cycle, add_quota, close_cycle, publish_cycle
from app.domain.admissions.cycles.types import CycleDetails, QuotaDetails, SeatDetails, SeatPart
from app.domain.admissions.desk.services import add_milestone, carry_out, tick
from app.domain.admissions.desk.types import BulkAct, MilestoneDetails, Order
from app.domain.admissions.lottery.queries import find_draw
from app.domain.admissions.lottery.services import announce_draw, draw_seats, fix_list
from app.domain.admissions.lottery.types import Announcement
from app.domain.admissions.offers.queries import list_offers, plan_offers
from app.domain.admissions.offers.services import accept_offer, decline_offer, move_offers, offer_free_seats
from app.domain.admissions.queries import get_application
from app.domain.admissions.rankings.queries import find_ranking
from app.domain.admissions.scores.queries import get_part
from app.domain.admissions.scores.services import add_part, add_slot, give_seats, save_marks, set_markers
from app.domain.admissions.scores.types import Answer, Criterion, PartDetails, PartKind, SentMark, SlotDetails
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor, visitor
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.texts import LocalText
from app.web.urls import draw_link

_OPENED, _CLOSED, _FIXED, _DRAWN, _OFFERED, _YESTERDAY = 40, 31, 25, 15, 14, 1
"""So many days ago."""

_SEATS: Final = 3
_QUOTA: Final = QuotaDetails(
    LocalText("Brothers and sisters of pupils", "শিক্ষার্থীর ভাই-বোন", "إخوة الطلاب وأخواتهم"), Decimal(34)
)
_SOURCE: Final = LocalText(
    "Closing value of the DSEX index of that day, as on the site of the Dhaka Stock Exchange, with two decimals and"
    " no comma",
    "ঐ দিনের ডিএসইএক্স সূচকের সমাপনী মান, ঢাকা স্টক এক্সচেঞ্জের ওয়েবসাইটে যেমন আছে, কমা ছাড়া দুই দশমিক",
    "قيمة إقفال مؤشر DSEX لذلك اليوم كما في موقع بورصة دكا، بمنزلتين عشريتين وبلا فاصلة",
)
_VALUE: Final = "5123.45"
_TEST: Final = PartDetails(
    LocalText("Written test", "লিখিত পরীক্ষা", "الاختبار التحريري"),
    PartKind.TEST,
    Decimal(100),
    Decimal(70),
    pass_mark=Decimal(33),
)
_VIVA: Final = PartDetails(
    LocalText("Viva", "মৌখিক পরীক্ষা", "المقابلة"),
    PartKind.VIVA,
    Decimal(20),
    Decimal(30),
    position=2,
    criteria=(Criterion("Reading aloud", Decimal(10)), Criterion("Answers", Decimal(10))),
)
_ROOM: Final = LocalText("Room 2", "২ নম্বর কক্ষ", "الغرفة 2")
_IN_A_ROOM: Final = 3
_MILESTONES: Final = (
    LocalText("Papers seen", "কাগজপত্র দেখা হয়েছে", "اطُّلع على الأوراق"),
    LocalText("Met the family", "পরিবারের সঙ্গে সাক্ষাৎ হয়েছে", "تمت مقابلة الأسرة"),
)


@dataclass(frozen=True, slots=True)
class Office:
    """Who does what in this intake: nobody holds a draw whose list they have fixed."""

    desk: Desk
    principal: Actor
    teacher: Actor


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many families apply for the class that was drawn, the one that will be, and the one that is tested."""

    drawn: int = 8
    announced: int = 4
    tested: int = 6


class Chosen:
    """The intake, day by day."""

    def __init__(self, seed: int, registry: Registry, office: Office, today: date, sizes: Sizes) -> None:
        self.rng = Random(seed)  # noqa: S311  # an invented school, not a secret
        self.applicants = Applicants(self.rng, registry, [office.desk], today, ())
        self.office, self.officer, self.today, self.sizes = office, office.desk.officer, today, sizes
        self.seed = seed

    def run(self, year_id: UUID, classes: dict[int, UUID]) -> int:
        """Make all of it for a school year; `classes` by level. Returns how many families applied."""
        drawn, announced, tested = 3, 5, 9
        with self._at(_OPENED):
            cycle_id, seats, quota_id = self._open(
                year_id, [classes[each] for each in (drawn, announced, tested)]
            )
        sent = {
            level: [self._send(level, number, quota_id) for number in range(count)]
            for level, count in (
                (drawn, self.sizes.drawn),
                (announced, self.sizes.announced),
                (tested, self.sizes.tested),
            )
        }
        with self._at(_CLOSED - 1):
            close_cycle(SYSTEM, cycle_id)
        self._draw(seats[0])
        self._give(seats[0])
        self._announce(seats[1], 5, 1)
        self._test(seats[2], sent[tested])
        return sum(len(keys) for keys in sent.values())

    @contextmanager
    def _at(self, days: int, hour: int = 11) -> Iterator[None]:
        with clock.stopped_at(datetime.combine(self.today - timedelta(days), clock_time(hour), DHAKA)):
            yield

    def _open(self, year_id: UUID, classes: list[UUID]) -> tuple[UUID, list[UUID], UUID]:
        days = (self.today - timedelta(_OPENED), self.today - timedelta(_CLOSED))
        cycle_id = add_cycle(
            SYSTEM, year_id, CycleDetails(*days, Method.LOTTERY, Decimal(110), offer_days=14)
        )
        details = SeatDetails((SeatPart("", None, _SEATS),))
        seats = [add_class(SYSTEM, cycle_id, class_id, details) for class_id in classes]
        quota_id = add_quota(SYSTEM, cycle_id, _QUOTA)
        publish_cycle(SYSTEM, cycle_id, get_cycle(SYSTEM, cycle_id).version)
        return cycle_id, seats, quota_id

    def _send(self, level: int, number: int, quota_id: UUID) -> UUID:
        plan = Plan(0, level, ApplicationStatus.SUBMITTED, ("bn", "bn", "en", "bn", "ar")[number % 5])
        day = self.today - timedelta(self.rng.randrange(_CLOSED + 1, _OPENED))
        at = datetime.combine(day, clock_time(self.rng.randrange(8, 22), self.rng.randrange(60)), DHAKA)
        return self.applicants.send(plan, at, [quota_id] if number % 3 == 1 else [])

    # --- the class that was drawn

    def _announce(self, seat_id: UUID, fixed: int, known: int) -> UUID:
        # Its own value, so that the same seed gives the same draw; a school of real people lets the machine make it.
        secret = hashlib.sha256(f"demo {self.seed} {fixed}".encode()).hexdigest()
        with self._at(fixed):
            draw_id = fix_list(self.officer, seat_id, None, secret=secret)
            details = Announcement(_SOURCE, self.today - timedelta(known))
            announce_draw(self.officer, draw_id, find_draw(draw_id).version, details, draw_link)
        return draw_id

    def _draw(self, seat_id: UUID) -> None:
        draw_id = self._announce(seat_id, _FIXED, _DRAWN)
        with self._at(_DRAWN, 18):
            draw_seats(self.office.principal, draw_id, _VALUE, draw_link)

    def _give(self, seat_id: UUID) -> None:
        """Offer the seats. One family takes its seat, one lets it go at once, one in the end: twice the list moves."""
        ranking = find_ranking(seat_id, None)
        if ranking is None:
            raise LookupError("the draw that was just held has no order")
        with self._at(_OFFERED):
            plan = plan_offers(ranking, clock.now())
            offer_free_seats(self.officer, ranking.id, seen=plan.seen, status_link=status_link)
        first, second, third = (each.line.application_id for each in plan.given)
        family = visitor("bn")
        with self._at(_OFFERED - 1):
            accept_offer(family, first)
        with self._at(_OFFERED - 2):
            decline_offer(family, second)
            move_offers(status_link)
        newest = max(list_offers(seat_id, None), key=lambda each: each[1].made_at)[0].application_id
        with self._at(_OFFERED - 4):
            accept_offer(family, newest)
        with self._at(_YESTERDAY):
            decline_offer(family, third)
            move_offers(status_link)

    # --- the class that is tested

    def _test(self, seat_id: UUID, children: list[UUID]) -> None:
        with self._at(28):
            test_id, viva_id = (add_part(self.officer, seat_id, details) for details in (_TEST, _VIVA))
            begins = datetime.combine(self.today - timedelta(20), clock_time(10), DHAKA)
            for number in range(-(-len(children) // _IN_A_ROOM)):
                starts = begins + timedelta(hours=2 * number)
                slot = SlotDetails(starts, starts + timedelta(minutes=90), _ROOM, _IN_A_ROOM)
                add_slot(self.officer, test_id, slot)
            marker = self.office.teacher.user_id
            if marker is None:
                raise LookupError("a teacher without an account")
            set_markers(SYSTEM, viva_id, get_part(SYSTEM, viva_id).version, {marker}, ())
            give_seats(self.officer, test_id, status_link)
        with self._at(18):
            written = [
                Answer(None, absent=True),
                *(Answer(Decimal(62 + 3 * at)) for at in range(1, len(children))),
            ]
            self._mark(self.officer, test_id, children, written)
        with self._at(_YESTERDAY):
            spoken = [(Decimal(7), Decimal(6 + at)) for at in range(len(children) // 2)]
            answers = [Answer(sum(points, Decimal(0)), points=points) for points in spoken]
            self._mark(self.office.teacher, viva_id, children[1:], answers)
            chosen = [(key, get_application(self.officer, key).version) for key in children]
            carry_out(
                self.officer, Order(BulkAct.ASSIGN, officer_id=self.officer.user_id), chosen, status_link
            )

    def _mark(self, actor: Actor, part_id: UUID, children: list[UUID], answers: list[Answer]) -> None:
        marked = zip(children, answers, strict=False)  # who comes last waits for a mark
        save_marks(actor, part_id, [SentMark(key, 0, answer) for key, answer in marked])


def mark_the_way(officer: Actor, cycle_id: UUID, reached: list[UUID]) -> None:
    """Give a cycle two milestones; some applications have reached the first."""
    first, _ = (
        add_milestone(SYSTEM, cycle_id, MilestoneDetails(name, position))
        for position, name in enumerate(_MILESTONES, start=1)
    )
    for application_id in reached:
        tick(officer, application_id, first, reached=True)
