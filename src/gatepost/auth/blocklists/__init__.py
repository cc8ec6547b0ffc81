"""DNS block and allow lists (RFC 5782): what is asked, which answers count, whether a list can be believed."""
