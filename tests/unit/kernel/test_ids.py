"""Secrets of links and sessions."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.ids import hash_token, new_token


def test_tokens_are_long_unique_and_safe_in_addresses() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert len(new_token(16)) == 22


@given(st.text(alphabet=st.characters()))
def test_every_text_has_a_digest(token: str) -> None:
    assert len(hash_token(token)) == 64
    assert hash_token(token) == hash_token(token) != token


def test_the_digest_is_sha_256() -> None:
    # The published digest of these three letters.
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # pragma: allowlist secret - a digest
    assert hash_token("abc") == known
    assert hash_token("\ud800")
