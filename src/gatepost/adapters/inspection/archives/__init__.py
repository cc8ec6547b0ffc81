"""Archives, compressed files and disk images, opened within budgets."""
