"""What do the workers of one node know together? Counters, gauges and a memory in pages they share."""
