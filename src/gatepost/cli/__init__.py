"""What an operator types; one module per command, read only when it is called."""
