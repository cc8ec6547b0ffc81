"""What stands behind the ports: files, sockets, processes, libraries; each adapter knows no other."""
