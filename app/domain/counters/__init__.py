"""Numbers without gaps: references, student numbers, receipts."""
