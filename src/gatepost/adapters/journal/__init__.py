"""The embedded journal: traces from the workers over a socket into SQLite and the logs, by one writer process."""
