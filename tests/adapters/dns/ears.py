"""What these tests wait for and count."""

import asyncio
import os

from gatepost.adapters.dns.channel import FORGOTTEN_AFTER


async def forgotten():
    """Wait until c-ares has forgotten what it was told."""
    await asyncio.sleep(FORGOTTEN_AFTER + 0.1)


async def settled(holds, seconds=2.0):
    """Wait until `holds`."""
    for _ in range(int(seconds / 0.01)):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("it did not come true")


def open_sockets():
    """How many this process has."""
    found = 0
    for entry in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{entry}").startswith("socket:")
        except OSError:
            continue
    return found
