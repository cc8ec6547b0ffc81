"""Text in, values out: addresses, domains, header fields, dates, units (pure; no I/O, no clock)."""
