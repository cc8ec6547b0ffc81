"""Images of disks and discs: what holds a file system instead of files."""
