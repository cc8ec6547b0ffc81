"""Where is what is held, and what becomes of it? Files on one machine, and an index of them."""
