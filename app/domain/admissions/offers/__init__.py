"""Offers of seats with a deadline, the answers of families, and the waiting list that moves by itself."""
