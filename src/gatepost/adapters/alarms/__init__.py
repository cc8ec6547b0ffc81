"""How does an operator learn of it? A mail through the backend, and a program of his own."""
