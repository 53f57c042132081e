"""What the public reads: pages and notices in three languages."""
