"""Keys of rows."""

from uuid import UUID

from app.db import new_id


def test_keys_are_standard_ordered_and_unique() -> None:
    keys = [new_id() for _ in range(1000)]
    assert all(type(key) is UUID and key.version == 7 for key in keys)
    assert keys == sorted(set(keys))
