"""rspamd, asked by HTTP."""
