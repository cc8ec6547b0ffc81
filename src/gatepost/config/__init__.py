"""From one TOML file to typed settings; every mistake is reported at once, with its line and what would be right."""
