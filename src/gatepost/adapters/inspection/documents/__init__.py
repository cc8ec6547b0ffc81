"""Documents that can do more than be read: Office, PDF, RTF, HTML, notebooks, shortcuts."""
