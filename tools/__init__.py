"""What developers run, mostly by make."""
