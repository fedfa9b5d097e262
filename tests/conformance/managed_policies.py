"""Prints the AWS managed policies that roles of functions can have, one path and name per line, from moto's copy.

usage: .conformance/venv/bin/python tests/conformance/managed_policies.py > data/aws-managed-policies.txt
"""

import importlib.metadata
import importlib.util
import json
import pathlib

# Only service-linked roles have these.
LINKED = "/aws-service-role/"


def policies():
    """Reads one file of moto without importing the package, which imports every service of AWS."""
    folder = pathlib.Path(importlib.util.find_spec("moto").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("aws_managed_policies", folder / "iam/aws_managed_policies.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return json.loads(module.aws_managed_policies_data)


def main():
    found = policies()
    newest = max(policy["CreateDate"] for policy in found.values())[:10]
    print(f"# AWS's managed policies in the copy of moto {importlib.metadata.version('moto')}, the newest of {newest}.")
    print("# Written by tests/conformance/managed_policies.py; tests/conformance/run says when it is stale.")
    attachable = (name for name in found if found[name]["Path"] != LINKED)
    for line in sorted(f"{found[name]['Path']}{name}".lstrip("/") for name in attachable):
        print(line)


if __name__ == "__main__":
    main()
