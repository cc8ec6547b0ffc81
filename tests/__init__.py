"""Tests: folders mirror `src/gatepost`; `servers` starts real ones; `attacks` and `e2e` talk to the whole gateway."""
