"""Twenty-five applications for the next school year, in every state an application can be in."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from random import Random
from typing import Final
from uuid import UUID

from PIL import Image, ImageDraw

from app.cli.demo_data.people import Adult, Child, Registry
from app.domain.admissions.offers.rules import OFFER_DAYS
from app.domain.admissions.offers.services import accept_offer, move_offers
from app.domain.admissions.queries import find_by_token, list_open_classes
from app.domain.admissions.rules import DECISIONS
from app.domain.admissions.services import (
    add_note,
    attach_document,
    decide_application,
    enrol_applicant,
    save_step,
    start_application,
    submit_application,
    withdraw_application,
)
from app.domain.admissions.types import ApplicationStatus as S
from app.domain.admissions.types import ApplicationView, DocumentKind, OpenClass, Step
from app.domain.files.services import sweep as check_files
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, visitor
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.ids import new_token
from app.domain.people.types import Gender
from app.web.urls import absolute_url


@dataclass(frozen=True, slots=True)
class Plan:
    """One application: the campus by its number, the level of the class, where it has come to."""

    campus: int
    level: int
    status: S
    locale: str = "bn"


PLANS: Final = (
    Plan(0, -2, S.ENROLLED),
    Plan(0, 1, S.REJECTED),
    Plan(0, 6, S.ENROLLED, "en"),
    Plan(0, 6, S.SUBMITTED),
    Plan(0, -2, S.ACCEPTED),
    Plan(0, 3, S.EXPIRED),
    Plan(0, 4, S.SUBMITTED, "en"),
    Plan(1, 1, S.WAITLISTED),
    Plan(0, -1, S.SHORTLISTED),
    Plan(0, 0, S.WITHDRAWN),
    Plan(0, 6, S.WAITLISTED),
    Plan(0, 2, S.SHORTLISTED, "ar"),
    Plan(1, 6, S.UNDER_REVIEW),
    Plan(0, -2, S.UNDER_REVIEW),
    Plan(0, 9, S.UNDER_REVIEW, "en"),
    Plan(0, -1, S.SUBMITTED),
    Plan(0, 1, S.SUBMITTED),
    Plan(1, -2, S.SUBMITTED),
    Plan(1, -1, S.OFFERED),
    Plan(0, -2, S.SUBMITTED, "ar"),
    Plan(0, 6, S.OFFERED),
    Plan(0, -2, S.SUBMITTED),
    Plan(0, 0, S.DRAFT),
    Plan(1, 2, S.DRAFT),
    Plan(0, 7, S.DRAFT, "en"),
)

PATHS: Final[dict[S, tuple[S, ...]]] = {
    S.UNDER_REVIEW: (S.UNDER_REVIEW,),
    S.SHORTLISTED: (S.UNDER_REVIEW, S.SHORTLISTED),
    S.WAITLISTED: (S.UNDER_REVIEW, S.WAITLISTED),
    S.OFFERED: (S.UNDER_REVIEW, S.OFFERED),
    S.ACCEPTED: (S.UNDER_REVIEW, S.OFFERED, S.ACCEPTED),
    S.EXPIRED: (S.UNDER_REVIEW, S.OFFERED, S.EXPIRED),
    S.ENROLLED: (S.UNDER_REVIEW, S.OFFERED),
    S.REJECTED: (S.UNDER_REVIEW, S.REJECTED),
}
"""What leads to a state, in its order. The office decides, the family accepts, and time ends an offer."""

REASONS: Final = {
    S.WAITLISTED: {
        "bn": "এই শ্রেণির আসন আপাতত পূর্ণ। আসন খালি হলে ক্রম অনুযায়ী জানানো হবে।",
        "en": "The seats of this class are given away for now. You are told in order as soon as one is free.",
        "ar": "مقاعد هذا الصف ممتلئة حاليًا، وسنخبركم بحسب الترتيب متى خلا مقعد.",
    },
    S.OFFERED: {
        "bn": "সাক্ষাতে শিশুটিকে আমাদের খুব ভালো লেগেছে। আসনটি সাত দিন রাখা থাকবে।",
        "en": "We enjoyed meeting your child. The place is kept for seven days.",
        "ar": "سعدنا بلقاء طفلكم. يُحفظ المقعد سبعة أيام.",
    },
    S.REJECTED: {
        "bn": "১ জানুয়ারিতে শিশুর বয়স প্রথম শ্রেণির জন্য কম। কেজিতে আবেদন করতে পারেন।",
        "en": "On 1 January the child is too young for this class. You may apply for KG.",
        "ar": "عمر الطفل في 1 يناير أقل من المطلوب لهذا الصف. يمكنكم التقدّم إلى الروضة.",
    },
}
NOTES: Final = (
    "জন্মনিবন্ধনের মূল কপি দেখা হয়েছে।",
    "Called the mother; she comes on Sunday at ten.",
    "বড় বোন এখানে পড়ে, অগ্রাধিকার পাবে।",
)
EARLIER_SCHOOLS: Final = (
    "শিশু নিকেতন কিন্ডারগার্টেন",
    "সূর্যমুখী প্রাথমিক বিদ্যালয়",
    "ব্রহ্মপুত্র বিদ্যাপীঠ",
    "নতুন কুঁড়ি কিন্ডারগার্টেন",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where applications of a campus are decided: its officer, and the next year's sections by class level."""

    campus_id: UUID
    officer: Actor
    sections: dict[int, UUID]
    streets: tuple[str, ...]
    town: str


class Applicants:
    """Families who apply, one after the other, over the days since admission opened."""

    def __init__(
        self, rng: Random, registry: Registry, desks: list[Desk], today: date, plans: tuple[Plan, ...] = PLANS
    ) -> None:
        self.plans = plans
        self.rng = rng
        self.registry = registry
        self.desks = desks
        self.today = today
        self.twin: tuple[Child, str] | None = None

    def apply_all(self, known: Adult) -> int:
        """Write every application of the plan. `known` is a guardian of the school, who applies for one more child.

        Returns how many there are.
        """
        for number, plan in enumerate(self.plans):
            days = 18 - number * 17 // len(self.plans)
            at = datetime.combine(
                self.today - timedelta(days),
                clock_time(self.rng.randrange(8, 22), self.rng.randrange(60)),
                DHAKA,
            )
            guardian = known if number == 15 else None
            self._apply(number, plan, at, guardian)
        while check_files():
            pass  # no worker runs yet
        return len(self.plans)

    def _apply(self, number: int, plan: Plan, at: datetime, known: Adult | None) -> None:
        desk = self.desks[plan.campus]
        family = self.registry.family([plan.level], desk.streets, desk.town)
        child, adult = family.children[0], known or family.adults[0]
        birth_no = self._birth_no(child)
        if number == 17 and self.twin:
            child, birth_no = self.twin  # the same child at the other campus, as anxious families do
        if number == 13:
            self.twin = (child, birth_no)
        actor, token = visitor(plan.locale), new_token()
        with clock.stopped_at(at):
            start_application(actor, token, plan.locale, clock.today())
            self._answer(actor, token, plan, desk, child, birth_no, adult, family.address)
            if plan.status is S.DRAFT:
                return
            self._attach(actor, token, child)
            submit_application(actor, token, consent=True, today=clock.today(), status_link=status_link)
        self._decide(number, plan, desk, token, at)

    def send(self, plan: Plan, at: datetime, quota_ids: Collection[UUID]) -> UUID:
        """Let one more family send an application for a class that asks for no papers. Returns its key."""
        desk = self.desks[plan.campus]
        family = self.registry.family([plan.level], desk.streets, desk.town)
        child, adult = family.children[0], family.adults[0]
        birth_no = self._birth_no(child)
        actor, token = visitor(plan.locale), new_token()
        with clock.stopped_at(at):
            start_application(actor, token, plan.locale, clock.today())
            self._answer(actor, token, plan, desk, child, birth_no, adult, family.address, quota_ids)
            submit_application(actor, token, consent=True, today=clock.today(), status_link=status_link)
        return self._sent(token).id

    def _birth_no(self, child: Child) -> str:
        return f"{child.born_on.year}{self.rng.randrange(10**13):013d}"

    def _answer(
        self,
        actor: Actor,
        token: str,
        plan: Plan,
        desk: Desk,
        child: Child,
        birth_no: str,
        adult: Adult,
        address: str,
        quota_ids: Collection[UUID] = (),
    ) -> None:
        place = self._open_class(desk, plan.level)
        today = clock.today()
        save_step(
            actor,
            token,
            Step.CHILD,
            {
                "seat": place.seat_id,
                "child_name_bn": child.name.bn,
                "child_name_en": child.name.en,
                "child_name_ar": child.name.ar or None,
                "born_on": child.born_on,
                "gender": child.gender,
                "birth_registration_no": birth_no,
                "shift": self.rng.choice(place.shifts) if place.shifts else None,
            },
            today,
        )
        name = adult.name.bn if plan.locale == "bn" else adult.name.en
        # Whoever takes a place, or lets it go, has told the office so by phone: no letter follows.
        writes = plan.status not in {S.ACCEPTED, S.EXPIRED} and self.rng.random() < 0.6
        email = f"family{adult.phone[-4:]}@family.example" if writes else None
        given = {
            "guardian_name": name,
            "relationship": adult.relationship,
            "phone": adult.phone,
            "email": email,
        }
        save_step(actor, token, Step.GUARDIAN, given, today)
        if plan.status is S.DRAFT:
            return
        school = self.rng.choice(EARLIER_SCHOOLS) if plan.level > 0 else None
        save_step(
            actor,
            token,
            Step.ADDRESS,
            {
                "address": address,
                "district": "Mymensingh",
                "previous_school": school,
                "quota_ids": list(quota_ids),
            },
            today,
        )

    def _open_class(self, desk: Desk, level: int) -> OpenClass:
        return next(
            place
            for place in list_open_classes(clock.today())
            if place.campus_id == desk.campus_id and place.level == level
        )

    def _attach(self, actor: Actor, token: str, child: Child) -> None:
        tint = (200 + self.rng.randrange(40), 190 + self.rng.randrange(40), 170 + self.rng.randrange(60))
        photo = draw_portrait(tint, girl=child.gender is Gender.FEMALE)
        attach_document(actor, token, DocumentKind.PHOTO, photo, "photo.jpg")
        attach_document(
            actor, token, DocumentKind.BIRTH_CERTIFICATE, draw_certificate(tint), "birth-certificate.jpg"
        )

    def _decide(self, number: int, plan: Plan, desk: Desk, token: str, at: datetime) -> None:
        def view() -> ApplicationView:
            return self._sent(token)

        moment = at
        for decision in (each for each in PATHS.get(plan.status, ()) if each in DECISIONS):
            moment = self._later(moment)
            with clock.stopped_at(moment):
                decide_application(
                    desk.officer,
                    view().id,
                    decision,
                    reason=REASONS.get(decision, {}).get(plan.locale, ""),
                    version=view().version,
                    status_link=status_link,
                )
        if number % 8 == 0:
            with clock.stopped_at(self._later(moment)):
                add_note(desk.officer, view().id, NOTES[number // 8 % len(NOTES)])
        if plan.status is S.WITHDRAWN:
            with clock.stopped_at(self._later(moment)):
                withdraw_application(visitor(plan.locale), view().id)
        if plan.status is S.ACCEPTED:
            with clock.stopped_at(self._later(moment)):
                accept_offer(visitor(plan.locale), view().id)
        if plan.status is S.EXPIRED:
            with clock.stopped_at(moment + timedelta(OFFER_DAYS + 1)):
                move_offers(status_link)
        if plan.status is S.ENROLLED:
            with clock.stopped_at(self._later(moment)):
                enrol_applicant(
                    desk.officer,
                    view().id,
                    desk.sections[plan.level],
                    version=view().version,
                    today=clock.today(),
                    invitation_link=invitation_link,
                )

    def _sent(self, token: str) -> ApplicationView:
        found = find_by_token(token)
        if found is None:
            raise LookupError("the application that was just written is not there")
        return found

    def _later(self, moment: datetime) -> datetime:
        """Office hours a day or two on, never after yesterday."""
        day = moment.astimezone(DHAKA).date() + timedelta(self.rng.randrange(1, 3))
        day = min(day, self.today - timedelta(1))
        later = datetime.combine(day, clock_time(self.rng.randrange(9, 16), self.rng.randrange(60)), DHAKA)
        return max(later, moment + timedelta(minutes=20))


def status_link(locale: str, reference: str) -> str:
    """Where a family looks how far its application is."""
    return absolute_url("apply.find", lang=locale, reference=reference)


def invitation_link(locale: str, token: str) -> str:
    """Where a guardian chooses a password."""
    return absolute_url("accounts.choose_password", lang=locale, token=token)


def draw_portrait(tint: tuple[int, int, int], *, girl: bool) -> bytes:
    """A passport photo of nobody: head and shoulders before a plain wall."""
    image = Image.new("RGB", (300, 380), tint)
    draw = ImageDraw.Draw(image)
    hair, skin, shirt = (38, 28, 30), (176, 128, 98), (245, 245, 240)
    if girl:
        draw.rounded_rectangle((78, 70, 222, 280), 60, fill=hair)
    draw.rounded_rectangle((40, 285, 260, 420), 60, fill=shirt)
    draw.rectangle((125, 240, 175, 300), fill=skin)
    draw.ellipse((88, 80, 212, 262), fill=skin)
    draw.pieslice((84, 66, 216, 220), 180, 360, fill=hair)
    for left in (122, 164):
        draw.ellipse((left, 160, left + 14, 172), fill=(30, 22, 20))
    draw.arc((125, 180, 175, 226), 25, 155, fill=(120, 62, 58), width=4)
    return _jpeg(image)


def draw_certificate(tint: tuple[int, int, int]) -> bytes:
    """A sheet with a border, a seal and lines, which anybody can see is no real certificate."""
    image = Image.new("RGB", (620, 860), (250, 247, 238))
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 596, 836), outline=tint, width=8)
    draw.ellipse((260, 60, 360, 160), outline=(90, 60, 80), width=5)
    draw.text((262, 190), "SPECIMEN - DEMO SCHOOL", fill=(90, 60, 80))
    for line in range(14):
        top = 250 + line * 38
        draw.line((70, top, 240, top), fill=(120, 120, 120), width=3)
        draw.line((270, top, 560 - line * 13 % 120, top), fill=(180, 180, 180), width=3)
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=80)
    return held.getvalue()
