"""Tests the constraints of AWS's models on operation inputs at and beyond their bounds, on the local emulator."""

import fnmatch
import io
import itertools
import json
import zipfile

import botocore.config
import botocore.exceptions
import botocore.session

from model_shapes import SERVICES, bounds, matches

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
POLICY = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}

# Values of members whose pattern does not tell their form, and of members that name resources of `Emulator.set_up`.
BY_NAME = {
    "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [TRUST]}),
    "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [POLICY]}),
    "FunctionName": "probed",
    "RoleName": "probed",
    "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "logGroupName": "probed",
    "logStreamName": "probed",
    "GroupName": "probed",
    "Username": "probed",
    "Runtime": "python3.13",
    "Handler": "main.handler",
    "Action": "lambda:InvokeFunction",
    "Principal": "apigateway.amazonaws.com",
    "httpMethod": "GET",
    "authorizationType": "NONE",
    "stageName": "probed",
    "responseType": "DEFAULT_4XX",
    "statusCode": "200",
    "uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:probed/invocations",
    "integrationHttpMethod": "POST",
}

# Members that an operation requires in addition to those that its model requires.
ALSO = {
    "CreateFunction": ("Runtime", "Handler"),
    "DescribeLogStreams": ("logGroupName",),
    "FilterLogEvents": ("logGroupName",),
    "GetLogEvents": ("logGroupName",),
    "PutIntegration": ("uri", "integrationHttpMethod"),
    "RevokeToken": (),
    "UpdateFunctionCode": ("ZipFile",),
}

# Names that an operation accepts once; each call that creates or deletes has new ones.
FRESH = ("FunctionName", "RoleName", "GroupName", "Username", "logGroupName", "logStreamName")

# Texts that match some pattern of the models.
TEXTS = [
    "a", "aa", "a1", "1", "/", "/a/", "200", "2026-01-01", "https://example.com", "arn:aws:iam::123456789012:role/r",
    "arn:aws:lambda:eu-west-1:123456789012:function:f", "eu-west-1_abcdefghi", "123456", "arn:aws:s3:::bucket",
    "arn:aws:logs:eu-west-1:123456789012:log-group:g", "A" * 52, "00000000-0000-0000-0000-000000000000",
]  # fmt: skip

# Characters of which every pattern rejects at least one.
STRANGE = [" ", "/", "!", "é", "—", "\n", "\u0000", "#"]

DEPTH = 4


class Emulator:
    """Clients for the emulator, and the resources in it that operations are tested on."""

    def __init__(self, endpoint):
        session = botocore.session.Session()
        session.set_credentials("AKIDLOCAL", "local")
        config = botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1})
        self.clients = {
            name: session.create_client(name, "eu-west-1", endpoint_url=endpoint, config=config) for name in SERVICES
        }
        self.names, self.calls = dict(BY_NAME), 0
        self.set_up()

    def set_up(self):
        cognito, lambdas = self.clients["cognito-idp"], self.clients["lambda"]
        pool = cognito.create_user_pool(PoolName="probed")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="probed")["UserPoolClient"]["ClientId"]
        cognito.admin_create_user(UserPoolId=pool, Username="probed", MessageAction="SUPPRESS")
        cognito.create_group(UserPoolId=pool, GroupName="probed")
        role = self.clients["iam"].create_role(
            RoleName="probed", AssumeRolePolicyDocument=self.names["AssumeRolePolicyDocument"]
        )["Role"]["Arn"]
        settings = {"Runtime": "python3.13", "Handler": "main.handler", "Role": role}
        lambdas.create_function(FunctionName="probed", Code={"ZipFile": zipped()}, **settings)
        self.clients["logs"].create_log_group(logGroupName="probed")
        self.clients["logs"].create_log_stream(logGroupName="probed", logStreamName="probed")
        api = self.clients["apigateway"].create_rest_api(name="probed")
        ids = {"UserPoolId": pool, "ClientId": client, "Role": role, "restApiId": api["id"]}
        self.names |= ids | {"resourceId": api["rootResourceId"], "parentId": api["rootResourceId"], "ZipFile": zipped()}

    def call(self, service, operation, members):
        """Returns the code and the message of the error, or None."""
        client = self.clients[service]
        model = client.meta.service_model.operation_model(operation)
        if service == "lambda":
            # A function that has just changed rejects the next change until it is read, or for a second.
            client.get_function(FunctionName=BY_NAME["FunctionName"])
        try:
            client._make_api_call(model.name, members)
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        except (botocore.exceptions.BotoCoreError, ValueError, TypeError, KeyError, AttributeError) as error:
            return "unsent", str(error)
        return None


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass\n")
    return file.getvalue()


def sample(name, shape, names, stack=()):
    """A value that matches the shape, or None if no such text is known."""
    if name in names:
        return names[name]
    kind = shape.type_name
    if shape.metadata.get("enum"):
        return shape.metadata["enum"][0]
    if kind == "string":
        least, most = bounds(shape)
        return next((text for text in TEXTS if least <= len(text) <= (most or len(text)) and matches(shape, text)), None)
    if kind in ("integer", "long", "float", "double"):
        return max(shape.metadata.get("min", 1), min(1, shape.metadata.get("max", 1)))
    if kind == "structure":
        inner = [(member, shape.members[member]) for member in shape.required_members]
        return {member: sample(member, child, names, (*stack, shape.name)) for member, child in inner}
    if kind == "list":
        value = sample("", shape.member, names, stack) if shape.metadata.get("min") else None
        return [] if value is None else [value] * shape.metadata["min"]
    return {"map": {}, "boolean": False, "blob": b"{}", "timestamp": 0}.get(kind)


def constrained(shape, path=(), stack=()):
    """Every member at some depth with a constraint: its path and shape."""
    for member, child in shape.members.items() if shape.type_name == "structure" else ():
        yield from members_of((*path, member), child, stack, member in shape.required_members)


def members_of(path, shape, stack, required=False):
    limited = {"min", "max", "pattern", "enum"} & set(shape.metadata)
    if required or limited:
        yield path, shape, required
    if len(path) < DEPTH and shape.name not in stack:
        if shape.type_name == "list":
            yield from members_of((*path, "*"), shape.member, (*stack, shape.name))
        yield from constrained(shape, path, (*stack, shape.name))


def trials(path, shape, required):
    """The values to test: what they test, the value, and whether AWS's model accepts it."""
    least, most = bounds(shape)
    if shape.metadata.get("enum"):
        yield "words", "no-such-word", False
        for word in shape.metadata["enum"]:
            yield "words", word, True
    elif shape.type_name == "string":
        if least > 0 and shape.metadata.get("min"):
            yield "least", "a" * (least - 1), False
        if most and most < 140_000 and matches(shape, "a" * most):
            yield "most", "a" * most, True
            yield "most", "a" * (most + 1), False
        if "pattern" in shape.metadata:
            strange = next((c for c in STRANGE if not matches(shape, f"a{c}a")), None)
            if strange is not None:
                yield "characters", f"a{strange}a", False
    elif shape.type_name in ("integer", "long"):
        for what, bound, step in (("least", shape.metadata.get("min"), -1), ("most", shape.metadata.get("max"), 1)):
            if bound is not None and abs(bound) < 2**31 - 1:
                yield what, bound, True
                yield what, bound + step, False
    if required and path[-1] != "*":
        yield "required", None, False


def put(members, path, value, shape, names):
    """The members with a value at a path; parents are created as the model requires."""
    members = json_copy(members)
    at, inner = members, shape
    for step, following in itertools.pairwise([*path, None]):
        last = following is None
        if step == "*":
            inner, key = inner.member, 0
            if not at:
                at.append(None)
        else:
            inner, key = inner.members[step], step
        if last:
            if value is None:
                at.pop(key, None)
            else:
                at[key] = value
        else:
            there = at[0] if step == "*" else at.get(key)
            if not isinstance(there, dict if following != "*" else list):
                there = sample("", inner, names) if following != "*" else []
            at[key] = there
            at = at[key]
    return members


def json_copy(value):
    if isinstance(value, dict):
        return {name: json_copy(child) for name, child in value.items()}
    return [json_copy(child) for child in value] if isinstance(value, list) else value


NOT_IMITATED = ("NotImplemented", "501", "unsent", "404", "UnknownOperationException", "InvalidAction")

INVALID = ("Validation", "Invalid", "BadRequest", "Serialization", "Malformed", "Missing")


def refused(refusal, usual):
    """Whether an error is about the value, and not the usual error of the operation."""
    if refusal is None or not any(word in refusal[0] for word in INVALID):
        return False
    return usual is None or refusal[1] != usual[1]


class Probes:
    """The differences, by operation and member."""

    def __init__(self):
        self.tried, self.equal, self.rows, self.problems, self.found = 0, 0, [], [], []
        self.operations = 0

    def counts(self):
        wider = sum(1 for _, verdict in self.found if verdict == "wider")
        return (
            f"{self.operations} operations, {self.tried} trials, {self.equal} equal, "
            f"{wider} wider, {len(self.found) - wider} narrower"
        )


def compare(models, endpoint, reasons):
    probes, emulator = Probes(), Emulator(endpoint)
    for service in SERVICES:
        # Operations that delete come last.
        operations = sorted(models.services[service].operation_names, key=lambda name: (name.startswith(("Delete", "AdminDelete")), name))
        for operation in operations:
            probe(probes, emulator, service, models.services[service].operation_model(operation))
    explain(probes, reasons)
    return probes


def probe(probes, emulator, service, operation):
    shape = operation.input_shape
    if shape is None or operation.name in ("Invoke", "InvokeAsync"):
        return
    usual = emulator.call(service, operation.name, usual_members(emulator, operation, shape))
    if not imitated(usual):
        return
    probes.operations += 1
    for path, child, required in constrained(shape):
        for what, value, taken in trials(path, child, required):
            names = fresh(emulator, operation)
            tried = put(usual_members(emulator, operation, shape), path, value, shape, names)
            refusal = emulator.call(service, operation.name, tried)
            if not imitated(refusal):
                continue
            probes.tried += 1
            wrong = refused(refusal, usual)
            if taken and wrong and ("constraint" in refusal[1] or usual is None):
                probes.found.append((f"{service} {operation.name} {'.'.join(path)} {what}", "narrower"))
            elif not taken and not wrong:
                probes.found.append((f"{service} {operation.name} {'.'.join(path)} {what}", "wider"))
            else:
                probes.equal += 1


def fresh(emulator, operation):
    names = emulator.names
    if operation.name.startswith(("Create", "Delete", "AdminCreate", "AdminDelete", "SignUp")):
        emulator.calls += 1
        names = names | {name: f"other{emulator.calls}" for name in FRESH}
    return names


def usual_members(emulator, operation, shape):
    names = fresh(emulator, operation)
    members = sample("", shape, names)
    for name in ALSO.get(operation.name, ()):
        members[name] = names[name]
    return members


def imitated(refusal):
    """Whether the emulator imitates the operation and all of the input."""
    return refusal is None or not (refusal[0] in NOT_IMITATED or "not imitate" in refusal[1])


def explain(probes, reasons):
    """Assigns to every difference the first reason whose pattern matches, and finds unused reasons."""
    found = sorted(set(probes.found))
    probes.found = found
    left = dict.fromkeys(range(len(reasons)), 0)
    for text, verdict in found:
        at = next((i for i, entry in enumerate(reasons) if entry["verdict"] == verdict and any(fnmatch.fnmatchcase(text, pattern) for pattern in entry["of"])), None)
        if at is None:
            probes.problems.append(f"{text}: {verdict}: no reason is given")
        else:
            left[at] += 1
    for at, entry in enumerate(reasons):
        patterns = ", ".join(f"`{pattern}`" for pattern in entry["of"])
        if left[at] == 0:
            probes.problems.append(f"{patterns}: a reason, and no difference")
        probes.rows.append(f"| {patterns} | {left[at]} {entry['verdict']} | {entry['reason']} |")
