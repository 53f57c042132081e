"""The builder of application forms."""
