"""Which storage an installation has."""

from __future__ import annotations

from functools import cache

from app.config import Settings
from app.integrations.storage.backends import FolderStorage, S3Storage, Storage
from app.integrations.storage.breaker import Breaker, Guarded


@cache
def breaker_of(endpoint: str, bucket: str) -> Breaker:
    """The breaker of this process for a bucket."""
    return Breaker()


def storage_from(settings: Settings) -> Storage:
    """S3 where it is configured, behind a breaker; else the folder `var/files/`, which answers at once."""
    if settings.s3_endpoint and settings.s3_bucket and settings.s3_access_key and settings.s3_secret_key:
        bucket = S3Storage(
            settings.s3_endpoint, settings.s3_bucket, settings.s3_access_key, settings.s3_secret_key
        )
        return Guarded(bucket, breaker_of(settings.s3_endpoint, settings.s3_bucket))
    return FolderStorage(settings.sa_var / "files")
