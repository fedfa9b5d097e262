"""Makes the calls of a scenario, and keeps what they returned under their labels."""

import io
import json
import re
import time
import uuid
import zipfile

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

REFERENCE = re.compile(r"\$(\{?)(_?[a-z][a-z0-9_-]*)((?:\.[A-Za-z0-9_-]+)*)\}?")
# Milliseconds.
DAY = 24 * 60 * 60 * 1000
# How long a state is waited for. The emulator needs milliseconds.
WAIT = 20


def _document(loader, node):
    return {"json document": loader.construct_mapping(node, deep=True)}


def _zip(loader, node):
    return {"zip file": loader.construct_scalar(node)}


def _join(loader, node):
    return "".join(loader.construct_sequence(node, deep=True))


def _times(loader, node):
    text, count = loader.construct_sequence(node)
    return text * count


class Loader(yaml.SafeLoader):
    """YAML with tags: `!json` is a document as text, `!zip` a package with one handler, `!times` and `!join` make texts."""


Loader.add_constructor("!json", _document)
Loader.add_constructor("!zip", _zip)
Loader.add_constructor("!times", _times)
Loader.add_constructor("!join", _join)


def package(source):
    """A zip with `handler.py`, the same bytes for the same source."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py", (2026, 1, 1, 0, 0, 0)), source)
    return buffer.getvalue()


class Calls:
    """The calls of one test."""

    def __init__(self, endpoint, service, region="us-east-1"):
        options = Config(retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"})
        self.session = boto3.Session(region_name=region)
        self.place = {"endpoint_url": endpoint, "config": options}
        self.service = service
        self.clients = {}
        now = int(time.time() * 1000)
        self.seen = {"now": now, "earlier": now - 1000, "old": now - 15 * DAY, "new": now + DAY}

    def client(self, name):
        if name not in self.clients:
            self.clients[name] = self.session.client(name, **self.place)
        return self.clients[name]

    def value(self, given):
        """Replaces references to earlier responses. A label that was never used is a new name."""
        if isinstance(given, dict):
            if "json document" in given:
                return json.dumps(self.value(given["json document"]))
            if "zip file" in given:
                return package(given["zip file"])
            return {self.value(key): _patches(key, self.value(inner)) for key, inner in given.items()}
        if isinstance(given, list):
            return [self.value(item) for item in given]
        if not isinstance(given, str):
            return given
        whole = REFERENCE.fullmatch(given)
        if whole:
            return self.lookup(*whole.groups()[1:])
        text = REFERENCE.sub(lambda found: str(self.lookup(*found.groups()[1:])), given.replace("$$", "\0"))
        return text.replace("\0", "$")

    def lookup(self, label, path):
        if label not in self.seen:
            assert not path, f"${label}{path} is not known"
            self.seen[label] = f"{label.strip('_')}-{uuid.uuid4().hex[:8]}"
        found = self.seen[label]
        for part in path.split(".")[1:]:
            if part == "upper":
                found = found.upper()
            else:
                found = found[int(part)] if isinstance(found, list) else found[part]
        return found

    def make(self, label, operation, params, options):
        """Makes one call, until it shows the state that is waited for. `answer` is no call but a value of its own."""
        if operation == "answer":
            self.seen[label] = self.value(params)
            return self.seen[label]
        service, _, name = operation.rpartition(":")
        call = getattr(self.client(service or self.service), name)
        deadline = time.monotonic() + WAIT
        while True:
            response = self.once(call, self.value(params))
            if self.shows(response, options.get("until")):
                break
            assert time.monotonic() < deadline, f"{label}: {options['until']} did not come, but {response}"
            time.sleep(0.01)
        if label.startswith("_") and "Error" in response and not options.get("fails"):
            raise AssertionError(f"{label}: {response['Error']}")
        for part in str(options.get("pick") or "").split("."):
            response = response[part] if part and part in response else response
        if options.get("validation"):
            response = _violations(response["Error"])
        self.seen[label] = response
        # LocalStack's own wrapper of a call is recorded with what it returned.
        return {"CreateEventSourceMappingResponse": None, options["under"]: response} if "under" in options else response

    @staticmethod
    def once(call, params):
        try:
            response = call(**params)
        except ClientError as error:
            response = error.response
        except ParamValidationError as error:
            response = {"Error": {"Code": "ParamValidationError", "Message": str(error)}}
        metadata = response.get("ResponseMetadata", {})
        response["ResponseMetadata"] = {"HTTPHeaders": {}, "HTTPStatusCode": metadata.get("HTTPStatusCode")}
        return {key: _read(value) for key, value in response.items()}

    @staticmethod
    def shows(response, until):
        if not until:
            return True
        path, _, wanted = until.partition("=")
        found = response
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found == wanted


def _violations(error):
    """An error with its violations one by one, and long names shortened, as LocalStack's tests record them."""
    message = re.sub("a{65,}", lambda found: f"<a:len({len(found[0])})>", error["Message"])
    counted, _, violations = message.partition(" detected: ")
    if not violations:
        return {"Code": error["Code"], "Message": message}
    errors = violations.split("; ")
    return {"Code": error["Code"], "Count": int(counted.split()[0]), "Errors": sorted(errors)}


def _patches(key, value):
    """Patches may be written `op path value`."""
    if key != "patchOperations":
        return value
    names = ("op", "path", "value")
    return [dict(zip(names, patch.split(" ", 2), strict=False)) if isinstance(patch, str) else patch for patch in value]


def _read(value):
    if not hasattr(value, "read"):
        return value
    text = value.read()
    return text.decode("utf-8", "replace")
