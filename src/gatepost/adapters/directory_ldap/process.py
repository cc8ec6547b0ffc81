"""Who talks to the directory? A process that does nothing else, holds its password, and can be killed at any time.

Workers face the Internet; none of them ever has the password. They ask over a Unix socket whose listening end
the supervisor made and keeps, so that a new process finds the questions that the old one left.
"""

import os
import resource
import socket
import threading
import time
from collections.abc import Callable

from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.ports.clock import Clock

PARENT_CHECK = 2.0  # seconds between looks whether the supervisor still lives
ACCEPT_PAUSE = 0.1  # seconds after a connection that could not be accepted


def serve(
    listener: socket.socket, settings: LdapSettings, clock: Clock, settle: Callable[[], None] = lambda: None
) -> None:
    """Answer until the parent is gone. Called in a forked child, which ends when this returns.

    Args:
        listener: a bound and listening Unix stream socket.
        settle: called once the password and certificates have been read: the place to drop privileges.

    Raises:
        OSError, ValueError: the password or the certificates of authorities cannot be read.
    """
    from gatepost.adapters.directory_ldap.desk import Desk  # needs python-ldap, which only who has a directory installs
    from gatepost.adapters.directory_ldap.servers import Servers

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would have the password in it
    parent = os.getppid()
    desk = Desk(Servers(settings, clock), clock)
    settle()
    if settings.preload:
        threading.Thread(target=desk.roster.keep_up, name="roster", daemon=True).start()
    listener.settimeout(PARENT_CHECK)
    while os.getppid() == parent:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        except OSError:  # no descriptor is free just now
            time.sleep(ACCEPT_PAUSE)
            continue
        desk.admit(connection)
