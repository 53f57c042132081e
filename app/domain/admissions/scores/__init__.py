"""What an applicant's score is made of: tests, vivas, reviews, their seats and marks, and the list they make."""
