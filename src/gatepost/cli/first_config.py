"""What does a first configuration look like? As text, with a comment where an operator has a choice."""

from msgspec import Struct

from gatepost.config.problems import toml_value

WIDTH = 40  # column at which comments of settings begin


class Answers(Struct, frozen=True, kw_only=True):
    """Args:
    recipients: path of a list of recipients; "" = ask the backend.
    user: whom the gateway becomes; "" = stays who started it.
    """

    profile: str
    hostname: str
    domains: tuple[str, ...]
    backend: str
    binds: tuple[str, ...]
    recipients: str
    data_dir: str
    user: str


def first_config(answers: Answers) -> str:
    """TOML that `gatepost check --offline` finds usable."""
    return "\n".join((HEAD, *gateway(answers), *behind(answers), *listener(answers), TAIL))


HEAD = """\
# The SMTP gateway's configuration, begun by `gatepost init`. Every setting: docs/reference/settings.md.
# After each change: `gatepost check -c FILE` finds mistakes and risks, SIGHUP (`systemctl reload`) takes it into use.
"""

TAIL = """
# Try a check before it bites: in shadow it only records, and `gatepost track` shows what it would have refused.
# [checks.harvest]
# shadow = true
"""


def gateway(answers: Answers) -> list[str]:
    first = answers.domains[0]
    user = setting("user", answers.user or "gatepost", "become this user once the ports are bound")
    return [
        setting("profile", answers.profile, "recommended | aggressive: fewer and smaller | monitor: only record"),
        "",
        "[gateway]",
        setting("hostname", answers.hostname, "in the banner and in Received; the name in the MX record"),
        setting("data_dir", answers.data_dir, "spool, quarantine and journal"),
        user if answers.user else f"# {user}",
        f'# alarms = {{ mail_to = ["postmaster@{first}"] }}',
    ]


def behind(answers: Answers) -> list[str]:
    """Backend, domains and directory."""
    lines = [
        "",
        "# ── behind the gateway ──",
        "[backends.inside]",
        setting("hosts", [answers.backend], "the mail server; several are tried in order"),
        setting("tls", "opportunistic", "off | opportunistic | required: verified, or no delivery"),
    ]
    for domain in answers.domains:
        lines += [
            "",
            f"[domains.{toml_value(domain)}]",
            setting("backend", "inside", "mail to other domains is refused as relaying"),
            setting("recipients", "known", 'the directory below; "any" takes every address'),
        ]
    return [*lines, "", "[directories.known]", *(from_file(answers) if answers.recipients else from_backend())]


def from_file(answers: Answers) -> list[str]:
    return [
        setting("type", "file", "file | ldap | callout: ask the mail server"),
        setting("path", answers.recipients, "an address a line; read again when it changes"),
    ]


def from_backend() -> list[str]:
    return [
        setting("type", "callout", "callout: ask the mail server | file | ldap"),
        setting("backend", "inside", ""),
        "# Exchange 2013 and newer says yes to every recipient (`gatepost check` tries it). Then instead:",
        '#   type = "file", path = "/etc/gatepost/recipients.txt": an address a line, or',
        '#   type = "ldap", urls = ["ldaps://dc1.example.com"], base = "dc=example,dc=com",',
        '#   bind_dn = "cn=gatepost,dc=example,dc=com", password_file = "/etc/gatepost/ldap.password"',
    ]


def listener(answers: Answers) -> list[str]:
    return [
        "",
        "# ── towards the Internet ──",
        "[listeners.inbound]",
        setting("bind", list(answers.binds), ""),
        '# tls = { certificates = [{ certificate = "/etc/gatepost/tls.crt", key = "/etc/gatepost/tls.key" }] }',
        "",
        "# [listeners.inbound.limits]",
        f"# {setting('message_size', '35MiB', 'advertised as SIZE')}",
    ]


def setting(key: str, value: object, comment: str) -> str:
    text = f"{key} = {toml_value(value, limit=None)}"
    return f"{text:<{WIDTH}}# {comment}" if comment else text
