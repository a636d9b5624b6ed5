"""Rules about gradient."""
