"""File storage: one protocol, a local folder or S3 behind it; and the pieces of uploads on their way."""

from app.integrations.storage.backends import (
    FolderStorage,
    ObjectMissing,
    S3Storage,
    Storage,
    StorageAway,
    StorageFull,
)
from app.integrations.storage.choice import storage_from
from app.integrations.storage.pieces import OutOfPlace, Pieces

__all__ = [
    "FolderStorage",
    "ObjectMissing",
    "OutOfPlace",
    "Pieces",
    "S3Storage",
    "Storage",
    "StorageAway",
    "StorageFull",
    "storage_from",
]
