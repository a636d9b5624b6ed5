"""What shows that a cause is one: the failing program run again with one thing changed, one file for each kind."""
