"""Real servers for tests: each runs privately, on loopback, in its own directory, and is ended by its process id."""
