"""From evidence to a verdict: rules as data, and the one pure function that decides."""
