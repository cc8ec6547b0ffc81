"""Which records should a domain publish so that its mail is taken, and which does it?"""
