"""What the exchange and the law say, by date."""
