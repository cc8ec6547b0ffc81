"""Antivirus engines: clamd, ICAP servers, programs; how they are asked, in turn, each question once."""
