"""The addresses that take pieces: the same permission and token as the form, and no byte read that is too many."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.domain.files.services import PIECE_BYTES
from app.domain.files.services import sweep as check_files
from app.domain.limits.models import LimitCount
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from app.uow import transaction
from tests.support.applications import draft
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.uploads import picture


def post(
    client: PageClient, url: str, data: bytes = b"", *, token: bool = True, **query: Any
) -> TestResponse:
    headers = {"X-CSRFToken": client.token()} if token else {}
    response = client.raw.post(
        url, query_string=query, data=data, headers=headers, content_type="application/octet-stream"
    )
    return response


def test_a_photograph_arrives_in_pieces_and_shows_how_it_stands(client: PageClient, cast: Cast) -> None:
    here = f"/bn/apply/{draft(papers=False)}/documents/photo"
    data = picture(size=(900, 900))
    kept = {"mark": "m", "size": len(data)}
    assert client.raw.get(f"{here}/pieces", query_string=kept).json == {"offset": 0}
    assert post(client, f"{here}/pieces", data[:500], offset=0, **kept).json == {"offset": 500}
    assert client.raw.get(f"{here}/pieces", query_string=kept).json == {"offset": 500}
    lost = post(client, f"{here}/pieces", data[:500], offset=0, **kept)
    assert (lost.status_code, lost.json) == (409, {"offset": 500})
    assert post(client, f"{here}/pieces", data[500:], offset=500, **kept).json == {"offset": len(data)}
    done = post(client, f"{here}/finish", name="ছবি.jpg", **kept)
    assert done.status_code == 200 and "ছবি.jpg" in done.get_data(as_text=True)
    client.get(here, status=404)
    check_files()
    assert client.raw.get(here).mimetype == "image/jpeg"
    assert client.raw.get(here, query_string={"size": "thumb"}).mimetype == "image/webp"


def test_a_refusal_is_a_sentence_in_the_readers_language(client: PageClient, cast: Cast) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents/photo"
    kept = {"mark": "m", "size": 20}
    assert post(client, f"{here}/pieces", b"x" * 20, offset=0, **kept).status_code == 200
    refused = post(client, f"{here}/finish", name="x.jpg", **kept)
    assert refused.status_code == 422 and "not a file we can read" in refused.get_json()["message"]
    large = post(client, f"{here}/pieces", b"x", offset=0, mark="m", size=6_000_000)
    assert large.status_code == 422 and "5 MB" in large.get_json()["message"]


def test_pieces_need_the_token_the_link_and_a_known_paper(client: PageClient, cast: Cast) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents"
    kept = {"mark": "m", "size": 20, "offset": 0}
    assert post(client, f"{here}/photo/pieces", b"x", token=False, **kept).status_code == 400
    assert post(client, f"{here}/photo/finish", token=False, **kept).status_code == 400
    assert post(client, f"{here}/other/pieces", b"x", **kept).status_code == 404
    assert post(client, f"/en/apply/{'x' * 43}/documents/photo/pieces", b"x", **kept).status_code == 404


def test_a_paper_in_pieces_is_counted_as_one_that_comes_whole(client: PageClient, cast: Cast) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents/photo/pieces"
    assert post(client, here, b"x", mark="m", size=20, offset=0).status_code == 200
    with transaction() as db:
        db.execute(
            update(LimitCount)
            .where(LimitCount.name == Limit.UPLOAD_APPLICATION.value)
            .values(count=LIMITS[Limit.UPLOAD_APPLICATION].most)
        )
    assert post(client, here, b"x", mark="m", size=20, offset=1).status_code == 200, "it has begun"
    more = post(client, here, b"x", mark="n", size=20, offset=0)
    assert more.status_code == 422 and "too many" in more.get_json()["message"].lower()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mark": "m"},
        {"mark": "m", "size": "x", "offset": 0},
        {"mark": "m", "size": "-1", "offset": 0},
        {"mark": "m" * 201, "size": 9, "offset": 0},
        {"mark": "m", "size": "٣", "offset": 0},
        {"mark": "", "size": 9, "offset": "0"},
    ],
)
def test_what_makes_no_sense_is_not_taken(client: PageClient, cast: Cast, query: dict[str, Any]) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents/photo/pieces"
    assert post(client, here, b"x", **query).status_code == 400


def test_a_piece_that_is_too_large_is_not_read(client: PageClient, cast: Cast) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents/photo/pieces"
    kept = {"mark": "m", "size": 4_000_000, "offset": 0}
    assert post(client, here, b"x" * (PIECE_BYTES + 1), **kept).status_code == 413
