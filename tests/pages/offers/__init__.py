"""Pages of seats and offers."""
