"""What families paid for applying: recorded by the office, confirmed by a second person, or paid online."""
