"""A storage that does not answer is left alone for a while, and asked again by one request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from urllib3 import Timeout

from app.domain.files.services import sweep
from app.integrations.storage import ObjectMissing, StorageAway, StorageFull, backends, choice
from app.integrations.storage.breaker import FAILURES, PAUSE_SECONDS, WITHIN_SECONDS, Breaker, Skipped
from ops.bench.kit.s3 import S3Server
from tests.support.applications import draft
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.processes import until
from tests.support.uploads import picture


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    with pytest.raises(Exception), breaker.attempt():  # noqa: B017, PT011 - whatever was given
        raise error or StorageAway("silent")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(now=clock)


def open_it(breaker: Breaker) -> None:
    for _ in range(FAILURES):
        fail(breaker)
    assert breaker.is_open


def test_three_failures_in_a_minute_open_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    clock.now += WITHIN_SECONDS + 1
    fail(breaker)
    assert not breaker.is_open, "the first two are long ago"
    fail(breaker)
    fail(breaker)
    with pytest.raises(Skipped), breaker.attempt():
        pytest.fail("it was asked")


@pytest.mark.parametrize("answer", [StorageFull("full"), ObjectMissing("ab")])
def test_full_or_missing_is_an_answer(breaker: Breaker, clock: Clock, answer: Exception) -> None:
    for _ in range(FAILURES + 1):
        fail(breaker, answer)
    assert not breaker.is_open
    open_it(breaker)
    clock.now += PAUSE_SECONDS
    fail(breaker, answer)
    assert not breaker.is_open


def test_one_probe_at_a_time_decides(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE_SECONDS
    with breaker.attempt(), pytest.raises(Skipped), breaker.attempt():
        pytest.fail("two probes at once")
    assert not breaker.is_open
    open_it(breaker)
    clock.now += PAUSE_SECONDS
    fail(breaker)
    with pytest.raises(Skipped), breaker.attempt():
        pytest.fail("the probe found it silent: another pause")


def test_a_probe_that_somebody_broke_off_is_made_again(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE_SECONDS
    fail(breaker, KeyError("the reader's own fault"))
    assert breaker.is_open
    with breaker.attempt():
        pass
    assert not breaker.is_open


# --- a real one


@pytest.fixture
def bucket(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """S3 that this installation keeps its files on, asked with half a second of patience, then left for one."""
    server = S3Server(tmp_path / "s3")
    server.start()
    monkeypatch.setattr(backends, "PATIENCE", Timeout(connect=0.5, read=0.5))
    breaker = Breaker(pause=1.0)
    monkeypatch.setattr(choice, "breaker_of", lambda endpoint, bucket: breaker)
    settings = app.config["SETTINGS"].model_copy(update=server.settings)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    yield server
    server.go_on()
    server.stop()


@pytest.mark.parametrize("how", ["silent", "stopped"])
def test_pages_are_quick_while_it_is_away_and_it_is_used_again_by_itself(
    client: PageClient, cast: Cast, bucket: S3Server, how: str
) -> None:
    here = f"/bn/apply/{draft(papers=False)}/documents"
    client.get(here).submit("main form[method=post]", {"photo": (picture(), "x.jpg")})
    sweep()
    photo = f"{here}/photo"
    assert client.raw.get(photo).status_code == 200
    (bucket.pause if how == "silent" else bucket.stop)()
    for _ in range(FAILURES):
        client.get(photo, status=503)
    began = time.monotonic()
    page = client.get(photo, status=503)
    refused = client.get(here).submit("main form[method=post]", {"photo": (picture(), "new.jpg")}, status=503)
    assert time.monotonic() - began < 0.5, "nobody waits for it any more"
    assert page.response.headers["Retry-After"] and page.one("html")["lang"] == "bn"
    assert refused.one("#photo-e") and "x.jpg" in refused.text, "the form is there, and the paper from before"
    (bucket.go_on if how == "silent" else bucket.start)()
    until(lambda: client.raw.get(photo).status_code == 200, seconds=10)
