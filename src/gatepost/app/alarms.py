"""Settings to the ways by which an operator is told."""

from collections.abc import Sequence

from gatepost.adapters.alarms.courier import Courier
from gatepost.adapters.alarms.dialogue import Route
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.config.settings import Settings
from gatepost.model.health import Notice


def tell(settings: Settings, notice: Notice) -> Sequence[str]:
    """Deliver an alarm; the ways that failed. Blocks."""
    gateway = settings.gateway
    routes = {
        address: route_of(settings.backends[backend])
        for address in gateway.alarms.mail_to
        if (backend := backend_for(settings, address)) is not None
    }
    sender = gateway.alarms.mail_from or f"postmaster@{gateway.hostname}"
    courier = Courier(hostname=gateway.hostname, sender=sender, routes=routes, command=gateway.alarms.command)
    return courier.deliver(notice)


def backend_for(settings: Settings, address: str) -> str | None:
    """The backend of the address's domain; else a relay, if some listener has one."""
    domain = settings.domains.get(address.rpartition("@")[2])
    if domain is not None:
        return domain.backend
    return next((listener.relay for listener in settings.listeners.values() if listener.relay), None)


def route_of(backend: BackendSettings) -> Route:
    certificate = backend.client_certificate
    return Route(
        hosts=tuple((host.host, host.port) for host in backend.hosts), tls=backend.tls, ca_file=backend.ca_file,
        server_name=backend.server_name or "",
        certificate=certificate.certificate if certificate else None, key=certificate.key if certificate else None,
    )  # fmt: skip
