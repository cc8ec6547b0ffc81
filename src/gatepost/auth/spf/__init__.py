"""May this client send in the name of this domain (RFC 7208)?"""
