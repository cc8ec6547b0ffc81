"""What the words mean: frozen values that every other package speaks in (no I/O, no clock)."""
