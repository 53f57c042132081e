"""Texts leave by the same row as mail, and a gateway that misbehaves loses none and blocks none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from app.domain.kernel.access import Actor, Grant, Role
from app.domain.kernel.errors import Forbidden
from app.domain.kernel.phones import PhoneError
from app.domain.outbox.models import OutboxHold, OutboxMessage
from app.domain.outbox.queries import list_holds
from app.domain.outbox.rules import MOST_TRIES, TEXTS_PER_DAY
from app.domain.outbox.services import (
    OVER_THE_CAP,
    deliver,
    let_go_on,
    list_due,
    sweep,
    write_mail,
    write_sms,
)
from app.domain.outbox.types import Channel
from app.integrations.answers import Outcome
from app.integrations.mail import FolderMailer
from app.integrations.sms import BulkSmsBd, FolderGateway
from app.integrations.sms.gateways import ACCEPTED, HELD, REFUSED, read_answer
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.sms import KEY, SENDER, GatewayServer, sms_gateway

BODY = "স্মার্ট একাডেমি: আবেদন SA26-00042-7 পাওয়া গেছে।"


@pytest.fixture
def server() -> Iterator[GatewayServer]:
    with sms_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(server: GatewayServer) -> BulkSmsBd:
    return BulkSmsBd(server.url, KEY, SENDER, timeout=0.4)


def write(number: str = "01712-345678") -> UUID:
    return write_sms("application.received", number, "bn", BODY)


def state(key: UUID) -> tuple[str, int, str]:
    session().rollback()
    row = session().get_one(OutboxMessage, key, populate_existing=True)
    return row.status.value, row.attempts, row.last_error or ""


def make_due() -> None:
    with transaction() as db:
        db.execute(update(OutboxMessage).values(next_attempt_at=OutboxMessage.created_at))


def test_a_text_arrives_whole(connection: Connection, server: GatewayServer, gateway: BulkSmsBd) -> None:
    key = write("০১৭১২ ৩৪৫৬৭৮")
    assert deliver(key, gateway=gateway)
    (text,) = server.texts
    assert text["number"] == "8801712345678"
    assert len(text["message"]) < len(BODY), "one letter where NFC has two"
    assert state(key) == ("sent", 1, "")
    assert server.asked == ["/api/smsapi"], "key and text stand in no address"


def test_what_is_no_mobile_number_is_not_written(connection: Connection) -> None:
    with pytest.raises(PhoneError):
        write("02-9876543")
    assert list_due() == []


@pytest.mark.parametrize("code", [*range(1001, 1033), 202, 9999])
def test_every_code_has_its_meaning(code: int) -> None:
    answer = read_answer(json.dumps({"response_code": code}).encode())
    if code == ACCEPTED:
        expected = (Outcome.SENT, False)
    elif code in (1001, 1003, 1012):
        expected = (Outcome.REFUSED, False)
    elif code in {1002, 1006, 1007, 1011, *range(1013, 1022), 1031, 1032}:
        expected = (Outcome.UNKNOWN, True)
    else:
        expected = (Outcome.UNKNOWN, False)
    assert (answer.outcome, answer.holds) == expected
    assert not REFUSED.keys() & HELD.keys()


@pytest.mark.parametrize("body", [b"202", b'"202"', b'{"response_code": "202"}', b' {"response_code":202}\n'])
def test_older_accounts_answer_in_other_forms(body: bytes) -> None:
    assert read_answer(body).outcome is Outcome.SENT


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>202</html>", b"\xff\xfe", b"[202]", b"null", b"true", b"{}", b"[" * 4000, b"2.02e2", b"NaN",
     b'{"response_code": true}', b'{"response_code": {"a": 1}}', b'{"response_code": 20200}', b'"\xe0\xa7\xa8"'],
)  # fmt: skip
def test_nonsense_is_never_taken_for_an_acceptance(body: bytes) -> None:
    answer = read_answer(body)
    assert answer.outcome is Outcome.UNKNOWN
    assert not answer.holds


@pytest.mark.parametrize("status", [301, 302, 307, 400, 403, 404, 429, 500, 502, 503])
def test_another_status_is_unknown_and_no_redirect_is_followed(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd, status: int
) -> None:
    server.status, server.headers = status, {"Location": server.url + "/elsewhere"}
    key = write()
    assert not deliver(key, gateway=gateway)
    assert state(key) == ("pending", 1, f"the gateway answered with status {status}")
    assert server.asked == ["/api/smsapi"]


def test_a_gateway_that_drips_its_answer_is_left(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd
) -> None:
    server.drips, server.body = True, b""
    key = write()
    began = time.monotonic()
    assert not deliver(key, gateway=gateway)
    assert time.monotonic() - began < 3
    assert state(key)[:2] == ("pending", 1)


def test_a_text_accepted_without_an_answer_is_tried_few_times_and_then_shown(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd
) -> None:
    server.drops = True
    key = write()
    for _ in range(10):
        make_due()
        deliver(key, gateway=gateway)
    assert len(server.texts) == MOST_TRIES[Channel.SMS], "it cannot be known that it arrived"
    status, attempts, reason = state(key)
    assert (status, attempts) == ("failed", MOST_TRIES[Channel.SMS])
    assert "no answer" in reason and "1712" not in reason


def test_a_number_that_is_none_is_set_aside_and_blocks_nobody(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd
) -> None:
    bad, good = write(), write("01812345678")
    server.code = 1001
    assert not deliver(bad, gateway=gateway)
    server.code = None
    assert deliver(good, gateway=gateway)
    assert state(bad) == ("failed", 1, "1001: the number does not exist")


@pytest.mark.parametrize("code", sorted(HELD))
def test_a_fault_of_the_account_stops_the_channel_and_costs_no_try(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd, tmp_path: Path, code: int
) -> None:
    texts = [write(f"0171234567{last}") for last in range(3)]
    mail = write_mail("test", "dalia@family.example", "bn", "x", "y")
    server.code = code
    assert sweep(FolderMailer(tmp_path), gateway) == 1, "mail does not wait for the SMS account"
    assert len(server.asked) == 1, "one question is enough"
    assert {state(key)[:2] for key in texts} == {("pending", 0)}
    assert state(mail)[0] == "sent"
    ((channel, reason),) = [(hold.channel, hold.reason) for hold in list_holds()]
    assert (channel, reason) == (Channel.SMS, f"{code}: {HELD[code]}")
    assert list_due() == []


def test_a_held_channel_goes_on_when_somebody_says_so(
    connection: Connection, cast: Cast, server: GatewayServer, gateway: BulkSmsBd, tmp_path: Path
) -> None:
    key = write()
    server.code = 1007
    sweep(FolderMailer(tmp_path), gateway)
    server.code = None
    assert sweep(FolderMailer(tmp_path), gateway) == 0
    of_campus = Actor(cast.hasan.user_id, None, "x", "en", (Grant(Role.ADMIN, cast.campus),))
    with pytest.raises(Forbidden):
        let_go_on(of_campus, Channel.SMS)
    let_go_on(Actor(cast.hasan.user_id, None, "x", "en", (Grant(Role.ADMIN),)), Channel.SMS)
    assert sweep(FolderMailer(tmp_path), gateway) == 1
    assert state(key)[:2] == ("sent", 1)


def test_a_hold_ends_by_itself(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd, tmp_path: Path
) -> None:
    write()
    server.code = 1006
    sweep(FolderMailer(tmp_path), gateway)
    server.code = None
    with transaction() as db:
        db.execute(update(OutboxHold).values(until=OutboxHold.since - timedelta(seconds=1)))
    assert sweep(FolderMailer(tmp_path), gateway) == 1
    assert list_holds() == []


def test_a_silent_channel_does_not_hold_up_the_other(
    connection: Connection, server: GatewayServer, gateway: BulkSmsBd, tmp_path: Path
) -> None:
    for last in range(9):
        write(f"0171234567{last}")
    mail = write_mail("test", "dalia@family.example", "bn", "x", "y")
    server.status = 503
    sweep(FolderMailer(tmp_path), gateway)
    assert len(server.asked) == 3
    assert state(mail)[0] == "sent"


def test_one_phone_gets_so_many_texts_a_day_and_the_rest_is_set_aside(connection: Connection) -> None:
    keys = [write() for _ in range(TEXTS_PER_DAY + 2)]
    other = write("01812345678")
    assert [state(key)[0] for key in keys] == ["pending"] * TEXTS_PER_DAY + ["failed"] * 2
    assert state(keys[-1])[2] == OVER_THE_CAP
    assert state(other)[0] == "pending"
    with transaction() as db:
        db.execute(update(OutboxMessage).values(created_at=OutboxMessage.created_at - timedelta(days=1)))
    assert state(write())[0] == "pending", "the next day is another one"


def test_the_folder_keeps_one_file_a_text(connection: Connection, tmp_path: Path) -> None:
    write(), write("01812345678")
    for key in list_due():
        assert deliver(key, gateway=FolderGateway(tmp_path))
    (first, _) = sorted(path.read_text() for path in tmp_path.glob("*.sms.txt"))
    assert first.startswith("To: +8801712345678\n\n")


def test_a_text_is_folded_as_it_is_stored(connection: Connection) -> None:
    write()
    (body,) = session().scalars(select(OutboxMessage.body))
    assert "\u09df" in body and "\u09bc" not in body
