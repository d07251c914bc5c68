"""Holds replies against AWS's own service models, as botocore ships them.

Reads one JSON object a line, {service, action, status, body}; writes one line a fault, nothing when all is well.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import botocore.loaders
import botocore.model
import botocore.parsers

loader = botocore.loaders.Loader()
models = {}


def model_of(service):
    if service not in models:
        data = loader.load_service_model(service, "service-2")
        models[service] = botocore.model.ServiceModel(data, service)
    return models[service]


def local(element):
    return element.tag.split("}")[-1]


def scalar(shape, text, path, faults):
    text = text or ""
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            int(text)
        elif kind in ("float", "double"):
            float(text)
        elif kind == "boolean" and text not in ("true", "false"):
            raise ValueError(text)
        elif kind == "timestamp":
            datetime.fromisoformat(text.replace("Z", "+00:00"))
        elif kind == "string" and getattr(shape, "enum", None) and text not in shape.enum:
            raise ValueError(f"{text!r} is none of {shape.enum[:8]}")
    except ValueError as error:
        faults.append(f"{path}: {kind} {error}")


def walk_xml(shape, element, path, faults, protocol):
    if shape.type_name == "structure":
        known = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            known[wire] = (name, member)
        seen = set()
        for child in element:
            tag = local(child)
            if tag not in known:
                faults.append(f"{path}: {tag} is no member of {shape.name}")
                continue
            name, member = known[tag]
            seen.add(name)
            walk_xml(member, child, f"{path}.{name}", faults, protocol)
        for name in shape.required_members:
            if name not in seen:
                faults.append(f"{path}: {name} is required and missing")
    elif shape.type_name == "list":
        wanted = shape.member.serialization.get("name", "member")
        for index, child in enumerate(element):
            if local(child) != wanted:
                faults.append(f"{path}: {local(child)} in place of {wanted}")
            walk_xml(shape.member, child, f"{path}[{index}]", faults, protocol)
    else:
        if len(element) > 0:
            faults.append(f"{path}: a {shape.type_name} has elements inside")
        scalar(shape, element.text, path, faults)


def walk_json(shape, value, path, faults):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            faults.append(f"{path}: no structure")
            return
        for name, inner in value.items():
            if name not in shape.members:
                faults.append(f"{path}: {name} is no member of {shape.name}")
            else:
                walk_json(shape.members[name], inner, f"{path}.{name}", faults)
        for name in shape.required_members:
            if name not in value:
                faults.append(f"{path}: {name} is required and missing")
    elif kind == "list":
        for index, inner in enumerate(value):
            walk_json(shape.member, inner, f"{path}[{index}]", faults)
    elif kind == "timestamp":
        if not isinstance(value, (int, float)):
            faults.append(f"{path}: a timestamp is a number")
    elif kind == "boolean" and not isinstance(value, bool):
        faults.append(f"{path}: {value!r} is no boolean")
    elif kind in ("integer", "long") and not (isinstance(value, int) and not isinstance(value, bool)):
        faults.append(f"{path}: {value!r} is no integer")
    elif kind == "string":
        if not isinstance(value, str):
            faults.append(f"{path}: {value!r} is no string")
        else:
            scalar(shape, value, path, faults)


def check(record):
    service, action = record["service"], record["action"]
    status, body = record["status"], record["body"]
    model = model_of(service)
    protocol = model.metadata["protocol"]
    if action not in model.operation_names:
        return [f"{action} is no operation of {service}"]
    shape = model.operation_model(action).output_shape
    faults = []
    response = {"status_code": status, "headers": {}, "body": body.encode()}
    parsed = botocore.parsers.create_parser(protocol).parse(response, shape)
    if status >= 300:
        error = parsed.get("Error", {})
        if not error.get("Code") or not error.get("Message"):
            faults.append("an error without code or message")
        return faults
    if protocol == "json":
        if shape is not None:
            walk_json(shape, json.loads(body), action, faults)
        return faults
    root = ElementTree.fromstring(body)
    if local(root) != f"{action}Response":
        faults.append(f"the root is {local(root)}")
    if protocol == "query":
        result = next((child for child in root if local(child) == f"{action}Result"), None)
        if result is None:
            faults.append("no result")
        else:
            walk_xml(shape, result, action, faults, protocol)
        return faults
    # EC2 answers with the request's id or `return: true` where the model has no member for it.
    for child in list(root):
        members = {} if shape is None else shape.members
        names = {member.serialization.get("name", name) for name, member in members.items()}
        if local(child) == "requestId" or (local(child) == "return" and "return" not in names):
            root.remove(child)
    if shape is not None:
        walk_xml(shape, root, action, faults, protocol)
    elif len(root) > 0:
        faults.append(f"{local(root[0])} where nothing is answered")
    return faults


for line in sys.stdin:
    record = json.loads(line)
    for fault in check(record):
        print(f"{record['service']} {record['action']} {record['status']}: {fault}")
