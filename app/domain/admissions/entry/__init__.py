"""From an accepted application to a seat: what is looked at first, who sits where, and taking it back."""
