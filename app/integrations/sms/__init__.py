"""SMS: one protocol, BulkSMSBD and a folder of text files behind it."""

from app.integrations.sms.gateways import BulkSmsBd, FolderGateway, Gateway, gateway_from
from app.integrations.sms.texts import Text

__all__ = ["BulkSmsBd", "FolderGateway", "Gateway", "Text", "gateway_from"]
