"""What proves a person beside the password: codes of an app, passkeys, recovery codes."""
