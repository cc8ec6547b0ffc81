"""The whole gateway between real clients and real servers, and the whole session in one process where steps count."""
