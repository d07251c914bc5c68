"""What checkdmarc, pyspf and dkimpy make of the records that one DNS server publishes.

usage: peers.py <ip>:<port> <questions >answers

Both sides are JSON. The questions are lists of arguments by the names of the methods below:
{"check_host": [{"ip": ...}, ...], ...}. Out come {"answers": ..., "blocked": ..., "versions": ...}:
lists of answers by the same names and in the same order; the hosts besides the DNS server that a
library tried to reach. None is reached: a test depends on no network. Private keys come in by stdin
only.
"""

import importlib.metadata
import json
import socket
import sys
import warnings

import dns.nameserver
import dns.resolver

PACKAGES = ("checkdmarc", "pyspf", "dkimpy", "dnspython")


def keep_to(server: tuple[str, int]) -> list[str]:
    """Lets this process speak to the DNS server alone; returns the hosts that it was kept from."""
    blocked: list[str] = []

    def audit(event: str, args: tuple) -> None:
        if event in ("socket.connect", "socket.sendto"):
            address = args[1]
            if isinstance(address, tuple) and address[:2] == server:
                return
            host = str(address[0] if isinstance(address, tuple) else address)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        else:
            return
        blocked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, f"{host} is kept out of reach")

    sys.addaudithook(audit)
    return blocked


def resolve_by(server: tuple[str, int]) -> tuple[dns.resolver.Resolver, list]:
    """Makes the server the one that dnspython's callers ask, as pyspf and dkimpy do."""
    host, port = server
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [host]
    resolver.port = port
    dns.resolver.default_resolver = resolver
    return resolver, [dns.nameserver.Do53Nameserver(host, port)]


class Peers:
    """One method a question."""

    def __init__(self, server: tuple[str, int]) -> None:
        resolver, nameservers = resolve_by(server)
        # Where checkdmarc forgets the resolver, as it does for exp=, it goes by the name servers.
        self.dns = {"resolver": resolver, "nameservers": nameservers}

    def check_host(self, ip: str, sender: str, helo: str) -> dict:
        """pyspf's check_host(), as in spf.check2() but with its counts. No sender: HELO is checked."""
        import spf

        query = spf.query(i=ip, s=sender, h=helo, querytime=20)
        result, _, explanation = query.check()
        return {
            "result": result,
            "explanation": explanation,
            "lookups": query.lookups,
            "voidLookups": query.void_lookups,
        }

    def iprev(self, ip: str) -> dict:
        """The names of an address, and the addresses of each."""
        from checkdmarc.utils import get_a_records, get_reverse_dns

        names = get_reverse_dns(ip, **self.dns)
        return {name: get_a_records(name, **self.dns) for name in names}

    def spf(self, domain: str, parked: bool) -> dict:
        """parked: the domain sends no mail, and checkdmarc wants the record for that."""
        from checkdmarc.spf import check_spf

        return check_spf(domain, parked=parked, **self.dns)

    def dmarc(self, domain: str, parked: bool) -> dict:
        from checkdmarc.dmarc import check_dmarc

        return check_dmarc(domain, parked=parked, **self.dns)

    def tls_rpt(self, domain: str) -> dict:
        from checkdmarc.smtp_tls_reporting import check_smtp_tls_reporting

        return check_smtp_tls_reporting(domain, **self.dns)

    def mta_sts(self, domain: str, policy: str) -> dict:
        """The record from DNS; the policy as it would be served, which needs HTTPS."""
        from checkdmarc.mta_sts import (
            MTASTSError,
            parse_mta_sts_policy,
            parse_mta_sts_record,
            query_mta_sts_record,
        )

        try:
            found = query_mta_sts_record(domain, **self.dns)
            record = parse_mta_sts_record(found["record"])
            read = parse_mta_sts_policy(policy)
        except MTASTSError as error:
            return {"valid": False, "error": str(error)}
        return {
            "valid": True,
            "id": record["tags"]["id"],
            "policy": read["policy"],
            "warnings": found["warnings"] + record["warnings"] + read["warnings"],
        }

    def bimi(self, domain: str) -> dict:
        """The record. Logo and certificate are out of reach; checkdmarc calls it valid all the same."""
        from checkdmarc.bimi import check_bimi

        return check_bimi(domain, **self.dns)

    def mx(self, domain: str) -> dict:
        from checkdmarc.utils import get_mx_record_set

        return dict(get_mx_record_set(domain, **self.dns))

    def dkim(self, domain: str, selector: str, algorithm: str, key: str) -> dict:
        """Signs a message, then verifies it with the key in DNS: as signed, and with another body.

        key: PEM for rsa-sha256, the 32 octets of the seed in base64 for ed25519-sha256.
        """
        import dkim

        header = f"From: test@{domain}\r\nTo: you@receiver.example\r\nSubject: A test\r\n\r\n"
        signature = dkim.sign(
            (header + "Your order is on its way.\r\n").encode(),
            selector.encode(),
            domain.encode(),
            key.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=algorithm.encode(),
        )
        said = Said()

        def verify(body: str) -> bool:
            return dkim.verify(signature + (header + body).encode(), logger=said)

        return {
            "verified": verify("Your order is on its way.\r\n"),
            "tampered": verify("Your order is lost. Pay again.\r\n"),
            "errors": said.errors,
        }


class Said:
    """A logger that keeps why a signature fails."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def error(self, message: str) -> None:
        self.errors.append(message)

    def debug(self, *_: object) -> None:
        pass


def main(server_text: str) -> None:
    host, _, port = server_text.rpartition(":")
    server = (host, int(port))
    # pyspf asks by a name of dnspython's that is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    peers = Peers(server)
    blocked = keep_to(server)
    answers = {
        name: [getattr(peers, name)(**arguments) for arguments in questions]
        for name, questions in json.load(sys.stdin).items()
    }
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    json.dump({"answers": answers, "blocked": blocked, "versions": versions}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
