"""An admission cycle in numbers: how far families come, how long it takes, which seats are filled."""
