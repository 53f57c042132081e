"""One form sent twice is done once: a double click, a resend after going back, a line that broke."""
