"""What a thing is: by its name, by its first octets, by what else is in it."""
