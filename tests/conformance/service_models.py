#!/usr/bin/env python3
"""Writes local/models from the botocore that is installed: AWS's service models, pruned to what the emulator reads.

usage: service_models.py FOLDER

FOLDER/imitated.txt lists the operations that the emulator imitates, one `service:Operation` a line. The script writes
FOLDER/<service>.json with the routes, the shapes and the constraints of these operations, and the names of all others.
Documentation and examples are left out. One operation and one shape is one line, so that a new pin shows what changed.
"""

import json
import pathlib
import sys

import botocore
import botocore.loaders

SERVICES = ("apigateway", "cognito-idp", "iam", "lambda", "logs", "s3", "sts")

# What the emulator reads of a shape, beside its members.
CONSTRAINTS = ("required", "enum", "min", "max", "pattern", "sensitive", "payload", "flattened")

# Where AWS itself holds another constraint than its model says. A password may have spaces inside; Cognito's message
# has this pattern.
CORRECTED = {("cognito-idp", "PasswordType"): {"pattern": r"^[\S]+.*[\S]+$"}}


def main():
    folder = pathlib.Path(sys.argv[1])
    imitated = {service: set() for service in SERVICES}
    for line in (folder / "imitated.txt").read_text().split():
        service, operation = line.split(":")
        imitated[service].add(operation)
    for service, operations in imitated.items():
        model = botocore.loaders.Loader().load_service_model(service, "service-2")
        for (of, shape), constraints in CORRECTED.items():
            if of == service:
                model["shapes"][shape] |= constraints
        unknown = operations - set(model["operations"])
        if unknown:
            sys.exit(f"error: {service} has no operation {', '.join(sorted(unknown))}")
        (folder / f"{service}.json").write_text(page(model, operations))


def page(model, imitated):
    """The pruned model as JSON with one operation and one shape a line."""
    operations = {name: operation(model, name) for name in sorted(imitated)}
    shapes = {}
    for found in operations.values():
        for name in (found.get("input"), found.get("output"), *found.get("errors", ())):
            collect(model, name, shapes)
    head = {"botocore": botocore.__version__, "protocol": model["metadata"]["protocol"]}
    lines = [f"{dump(name)}:{dump(value)}," for name, value in head.items()]
    others = {name: route(model, name) for name in sorted(set(model["operations"]) - imitated)}
    lines += ['"others":{', rows(others), "},"] if others else ['"others":{},']
    lines += ['"operations":{', rows(operations), "},", '"shapes":{', rows(dict(sorted(shapes.items()))), "}"]
    return "{\n" + "\n".join(lines) + "\n}\n"


def rows(entries):
    return ",\n".join(f"{dump(name)}:{dump(value)}" for name, value in entries.items())


def dump(value):
    return json.dumps(value, separators=(",", ":"))


def route(model, name):
    """`METHOD /path` of an operation that is not imitated, by which the emulator names it; empty where no path does."""
    http = model["operations"][name]["http"]
    return f"{http['method']} {http['requestUri']}" if model["metadata"]["protocol"].startswith("rest") else ""


def operation(model, name):
    found = model["operations"][name]
    http = found["http"]
    pruned = {"method": http["method"], "uri": http["requestUri"], "code": http.get("responseCode", 200)}
    for end in ("input", "output"):
        if end in found:
            pruned[end] = found[end]["shape"]
    if found.get("errors"):
        pruned["errors"] = [error["shape"] for error in found["errors"]]
    if found.get("authtype") == "none":
        pruned["unsigned"] = True
    return pruned


def collect(model, name, shapes):
    """Adds a shape and everything that it refers to."""
    if name is None or name in shapes:
        return
    found = model["shapes"][name]
    pruned = shapes[name] = {"type": found["type"]} | {key: found[key] for key in CONSTRAINTS if key in found}
    if "members" in found:
        pruned["members"] = [member(*entry) for entry in found["members"].items()]
    for part in ("member", "key", "value"):
        if part in found:
            pruned[part] = found[part]["shape"]
    if found["type"] == "list" and "locationName" in found["member"]:
        pruned["element"] = found["member"]["locationName"]
    if found.get("exception"):
        error = found.get("error", {})
        pruned["error"] = {key: error[key] for key in ("code", "httpStatusCode") if key in error}
    for used in found.get("members", {}).values():
        collect(model, used["shape"], shapes)
    for part in ("member", "key", "value"):
        collect(model, found.get(part, {}).get("shape"), shapes)


def member(name, found):
    """`[name, shape]`, with `[…, location, name on the wire]` where these differ from the defaults."""
    location, wire = found.get("location", ""), found.get("locationName", name)
    return [name, found["shape"]] if (location, wire) == ("", name) else [name, found["shape"], location, wire]


if __name__ == "__main__":
    main()
