"""Did the owner of the author's domain send this, and what is asked for if not (RFC 9989, RFC 9990)?"""
