"""Who sent this: SPF, DKIM, ARC, DMARC and what is said of their results. No I/O but through ports."""
