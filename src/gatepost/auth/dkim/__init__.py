"""Does the signature of a domain hold over this message, and how is one made (RFC 6376, 8301, 8463)?"""
