"""The mail server behind the gateway, over SMTP: a pool of connections that are never used again after any doubt."""
