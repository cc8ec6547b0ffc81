"""The domain name system, asked through recursive resolvers: a stub resolver with a cache (RFC 1034 §5.3.1)."""
