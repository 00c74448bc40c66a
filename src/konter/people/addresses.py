"""Where calls come from, and which networks may."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from konter.people.fields import Unfit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def address_of(remote: str) -> Address | None:
    """The address; an IPv4 one that came in IPv6 clothes is itself. None: no address at all."""
    try:
        address = ip_address(remote.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def counted_as(remote: str) -> str:
    """Whom its attempts count for: an IPv6 caller owns a whole /64, so all of it is one."""
    address = address_of(remote)
    if address is None:
        return remote[:64]
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), 64), strict=False).network_address)


def network_of(text: str) -> str:
    """A network, or one address as a network of its own, in its usual spelling. Raises Unfit."""
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise Unfit("Bukan alamat IP atau jaringan yang benar, misalnya 203.0.113.7/32") from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= 96:
        return str(IPv4Network((int(mapped), network.prefixlen - 96)))
    return str(network)
