"""Which FHIR servers may be called for a client, down to the addresses that their names stand for."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from cds_service.clients import LOOPBACK_HOSTS, Client, Network
from cds_service.errors import NotFetched

Address = IPv4Address | IPv6Address

_DEFAULT_PORTS = {"https": 443, "http": 80}
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class FhirBase:
    """A FHIR server that may be called.

    Attributes:
        url: base URL without trailing slash.
        networks: private networks in which it may stand.
        loopback: it may stand on loopback.
    """

    url: str
    networks: tuple[Network, ...] = ()
    loopback: bool = False

    @property
    def host(self) -> str:
        """Return the host name or address of the URL."""
        return urlsplit(self.url).hostname or ""

    def resolve(self, url: str) -> str | None:
        """Return *url* (perhaps relative to the base) as an absolute one, None when its origin differs."""
        try:
            whole = urljoin(self.url + "/", url)
            same = _origin(urlsplit(whole)) == _origin(urlsplit(self.url))
        except ValueError:
            return None
        return whole if same else None

    def below(self, url: str) -> str | None:
        """Return *url* as an absolute one, None when it does not stand below the base."""
        whole = self.resolve(url)
        steps_up = whole is not None and ".." in urlsplit(whole).path.split("/")
        return whole if whole and whole.startswith(self.url + "/") and not steps_up else None

    def may_connect(self, address: Address) -> bool:
        """Say whether *address* is public, or private and listed for this server."""
        plain = _embedded(address)
        if str(plain) == self.host or str(address) == self.host:
            return True
        if plain.is_loopback:
            return self.loopback
        listed = any(plain in network for network in self.networks if network.version == plain.version)
        return listed or (plain.is_global and not plain.is_multicast)

    def addresses(self, port: int) -> tuple[str, ...]:
        """Return the addresses of the host, every one of them checked.

        Raises:
            NotFetched: the name cannot be resolved, or one address is neither public nor listed.
        """
        try:
            found = socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotFetched("FHIR server's name cannot be resolved") from None
        texts = tuple(dict.fromkeys(str(item[4][0]).partition("%")[0] for item in found))
        if not texts or not all(self.may_connect(ip_address(text)) for text in texts):
            raise NotFetched("FHIR server stands at an address that is not allowed")
        return texts


def allowed_base(fhir_server: str, client: Client) -> FhirBase:
    """Return the server that the request names, if *client* may name it.

    Raises:
        NotFetched: it is not on the client's list, or would get the token in clear.
    """
    url = _normal(fhir_server)
    parts = urlsplit(url)
    on_loopback = parts.hostname in LOOPBACK_HOSTS
    listed = url in {_normal(server) for server in client.fhir_servers}
    if not listed and not (client.any_loopback and on_loopback):
        raise NotFetched("FHIR server is not on this client's list")
    if parts.scheme != "https" and not on_loopback:
        raise NotFetched("FHIR server is not https")
    return FhirBase(url, client.networks, on_loopback)


def _normal(url: str) -> str:
    """Return *url* with lower-case scheme and host, without default port and trailing slash."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = _origin(parts)
    except ValueError:
        return ""
    if scheme not in _DEFAULT_PORTS or not host or parts.username or parts.query or parts.fragment:
        return ""
    name = f"[{host}]" if ":" in host else host
    shown = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{name}{shown}{parts.path.rstrip('/')}"


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
