"""The words of letters and texts to families, as far as the school has written its own."""
