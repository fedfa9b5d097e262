"""Prints the managed policies of AWS that roles of functions can have, one path and name a line, as moto has copied them.

usage: .conformance/venv/bin/python tests/conformance/managed_policies.py > data/aws-managed-policies.txt
"""

import importlib.metadata
import json

from moto.iam.aws_managed_policies import aws_managed_policies_data

# Only service-linked roles have these.
LINKED = "/aws-service-role/"

policies = json.loads(aws_managed_policies_data)
newest = max(policy["CreateDate"] for policy in policies.values())[:10]
print(f"# AWS's managed policies in the copy of moto {importlib.metadata.version('moto')}, the newest of {newest}.")
print("# Written by tests/conformance/managed_policies.py; tests/conformance/run says when it is stale.")
for line in sorted(f"{policy['Path']}{name}".lstrip("/") for name, policy in policies.items() if policy["Path"] != LINKED):
    print(line)
