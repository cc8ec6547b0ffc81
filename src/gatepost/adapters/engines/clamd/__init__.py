"""clamd, the daemon of ClamAV."""
