"""What the outside can be asked: narrow protocols, and `Unavailable` when it gave no answer."""
