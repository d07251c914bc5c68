"""
A DNS provider's side of Domain Connect, by domainconnectzone: the template is checked, each link's signature by
the key in DNS, and the template applied to a zone.

    domain_connect.py <host>:<port> < {"template", "schema", "links", "zone"}
    > {"zone": [[name, type, data]], "rejected": [reason]}

A link that is refused changes nothing. The zone is what the links before have left.
"""

import json
import os
import sys
import tempfile
import warnings
from urllib.parse import parse_qsl, urlsplit

import dns.resolver

warnings.simplefilter("ignore")

from domainconnectzone import DomainConnect, DomainConnectTemplates  # noqa: E402
from domainconnectzone.qsutil import qs2dict, qsfilter  # noqa: E402

RESERVED = ("domain", "host", "groupId", "sig", "key")


def apply(template: dict, link: str, zone: list) -> list:
    query = urlsplit(link).query
    signed = qsfilter(query, ["sig", "key"])
    values = dict(parse_qsl(query, strict_parsing=True))
    params = {name: value for name, value in values.items() if name not in RESERVED}
    groups = values["groupId"].split(",") if "groupId" in values else None
    # As it stands in the query: the library takes no name twice, and no = in a value.
    assert len(qs2dict(query)) == len(values)
    _, _, final = DomainConnect(template=template).apply_template(
        zone,
        values["domain"],
        values.get("host", ""),
        params,
        group_ids=groups,
        qs=signed,
        sig=values["sig"],
        key=values["key"],
    )
    return [{k: v for k, v in record.items() if k not in ("_delete", "_replace")} for record in final]


def main() -> None:
    host, _, port = sys.argv[1].rpartition(":")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [host]
    resolver.port = int(port)
    dns.resolver.default_resolver = resolver
    asked = json.load(sys.stdin)
    template, zone, rejected = asked["template"], asked["zone"], []
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "template.schema"), "w") as file:
            json.dump(asked["schema"], file)
        # The library prints what variables a record has.
        out, sys.stdout = sys.stdout, sys.stderr
        DomainConnectTemplates(template_path=folder).validate_template(template)
        sys.stdout = out
    for link in asked["links"]:
        try:
            zone = apply(template, link, zone)
        except Exception as error:
            rejected.append(f"{type(error).__name__}: {error}")
    records = sorted([record["name"], record["type"], record["data"]] for record in zone)
    json.dump({"zone": records, "rejected": rejected}, sys.stdout)


main()
