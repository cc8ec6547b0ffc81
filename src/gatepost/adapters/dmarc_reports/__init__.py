"""DMARC aggregate reports: those we owe others go out once a day, those others send us are kept and added up."""
