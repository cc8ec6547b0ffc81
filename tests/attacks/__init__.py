"""The attack catalogue (ATTACKS.md), sent to a running gateway: one test by the id of each case."""
