"""Messages to the outside world, written in the transaction of the act that causes them."""
