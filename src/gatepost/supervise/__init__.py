"""Who keeps the gateway running? One process that binds ports, forks the others, watches, reloads and drains."""
