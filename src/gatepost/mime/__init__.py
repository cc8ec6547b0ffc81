"""A message in all its readings (RFC 2045, 2046, 2047, 2231), and what is folded into its parts; pure."""
