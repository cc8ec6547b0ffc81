"""The domain name system, asked through recursive resolvers by c-ares, with a cache (RFC 1034 §5.3.1)."""
