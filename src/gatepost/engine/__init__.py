"""Declarations to order: which checks run when, under which time limit, and what their failure means."""
