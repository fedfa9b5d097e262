"""The shapes of botocore's service models, and the values that they accept."""

import functools

import botocore.session
import regex

SERVICES = ("apigateway", "cognito-idp", "iam", "lambda", "logs", "s3")


class Models:
    """The models of the services that stackctl calls."""

    def __init__(self):
        session = botocore.session.Session()
        self.services = {name: session.get_service_model(name) for name in SERVICES}

    def shape(self, name):
        """Finds `lambda#Timeout`, or a member: `lambda#CreateFunctionRequest.Timeout`."""
        service, path = name.split("#")
        shape, *members = path.split(".")
        shape = self.services[service].shape_for(shape)
        for member in members:
            shape = shape.members[member]
        return shape


def bounds(shape):
    """The minimum and maximum of a shape; a pattern may require more than the minimum."""
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if shape.type_name == "string":
        fitting = (size for size in range(least, least + 3) if matches(shape, "a" * size))
        least = next(fitting, least)
    return least, most


def matches(shape, text):
    """Whether a text matches the pattern of a shape as Java reads it: `\\w` and `\\s` are ASCII."""
    pattern = shape.metadata.get("pattern")
    return pattern is None or bool(compiled(pattern).fullmatch(text))


@functools.cache
def compiled(pattern):
    return regex.compile(pattern.replace("\\w", "a-zA-Z0-9_") if "[\\w" in pattern else pattern, regex.ASCII)


@functools.cache
def characters(pattern):
    """The characters up to U+FFFF that are allowed in the middle of a text of this pattern."""
    fits = compiled(pattern).fullmatch
    return frozenset(c for c in map(chr, range(0x10000)) if not "\ud800" <= c <= "\udfff" and fits(f"aa{c}aa"))
