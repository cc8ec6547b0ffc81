"""Recipients from LDAP or Active Directory: a client in the worker, and a process that alone has the password."""
