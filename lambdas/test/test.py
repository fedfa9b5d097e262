"""Two endpoints: one that anybody may call, one that asks who is calling."""

import fnmatch
import json
import os

# With `cors` in config.json, name the same origins here, separated by spaces, in the variable ALLOWED_ORIGINS of each
# function: API Gateway answers preflights, and a browser wants the function's own responses to name the page's origin.
ALLOWED_ORIGINS = os.environ.get("ALLOWED_ORIGINS", "").split()


def endpoint_test(event, context):
    """Answers everybody."""
    return answer(event, {"message": "Hello from the public endpoint", "path": event["path"]})


def endpoint_test_auth(event, context):
    """Answers the caller by name. API Gateway has verified the token before this runs."""
    claims = event["requestContext"]["authorizer"]["claims"]
    return answer(event, {"message": f"Hello {claims.get('email', claims['sub'])}", "user": claims["sub"]})


def answer(event, body, status=200):
    """Gives a response in the shape that API Gateway's Lambda proxy integration expects."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **cors(event)},
        "body": json.dumps(body),
    }


def cors(event):
    """Lets pages of the allowed origins read the response."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    origin = headers.get("origin", "")
    if any(fnmatch.fnmatchcase(origin, allowed) for allowed in ALLOWED_ORIGINS):
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {}
