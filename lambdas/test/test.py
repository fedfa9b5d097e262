"""Two endpoints: one that anybody may call, one that asks who is calling."""

import json


def endpoint_test(event, context):
    """Answers everybody."""
    return answer({"message": "Hello from the public endpoint", "path": event["path"]})


def endpoint_test_auth(event, context):
    """Answers the caller by name. API Gateway has verified the token before this runs."""
    claims = event["requestContext"]["authorizer"]["claims"]
    return answer({"message": f"Hello {claims.get('email', claims['sub'])}", "user": claims["sub"]})


def answer(body, status=200):
    """Gives a response in the shape that API Gateway's Lambda proxy integration expects."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
