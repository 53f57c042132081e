"""From the first page of the form to the seat in the section."""
