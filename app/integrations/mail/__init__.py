"""Mail: one protocol, SMTP and a folder of .eml files behind it."""

from app.integrations.mail.backends import FolderMailer, Mailer, SmtpMailer, mailer_from
from app.integrations.mail.letters import Letter

__all__ = ["FolderMailer", "Letter", "Mailer", "SmtpMailer", "mailer_from"]
