"""SMS is configured whole or not at all, and its key never travels in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Settings


def settings(**more: str) -> Settings:
    return Settings(
        sa_env=more.pop("sa_env", "demo"),  # type: ignore[arg-type]  # checked by the model
        secret_key="x" * 32,
        database_url="postgresql+psycopg2:///x",
        redis_url="redis://localhost",
        base_url="https://school.example",
        sa_var=Path("/nowhere"),
        **more,  # type: ignore[arg-type]  # checked by the model
    )


@pytest.mark.parametrize("half", [{"sms_api_key": "k"}, {"sms_sender_id": "s"}])
def test_half_an_account_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="SMS is half-set, without SMS_"):
        settings(**half)


@pytest.mark.parametrize("url", ["http://bulksmsbd.net", "ftp://x", "bulksmsbd.net", ""])
def test_the_gateway_is_asked_over_tls_only(url: str) -> None:
    with pytest.raises(ValidationError, match="SMS_URL must be https"):
        settings(sms_api_key="k", sms_sender_id="s", sms_url=url)


def test_a_whole_account_is_taken() -> None:
    assert settings(sms_api_key="k", sms_sender_id="s").sms_url == "https://bulksmsbd.net"
