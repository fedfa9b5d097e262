"""Deletes what a test made, because the next one may list everything."""

from botocore.exceptions import ClientError


def clean(calls):
    """Deletes every resource of the services that the test called."""
    for service in list(calls.clients):
        CLEANERS.get(service, lambda client: None)(calls.clients[service])


def _apis(client):
    for api in client.get_rest_apis(limit=500)["items"]:
        client.delete_rest_api(restApiId=api["id"])


def _functions(client):
    for function in client.list_functions()["Functions"]:
        client.delete_function(FunctionName=function["FunctionName"])


def _roles(client):
    for role in client.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
            client.delete_role_policy(RoleName=name, PolicyName=policy)
        client.delete_role(RoleName=name)


def _groups(client):
    for group in client.describe_log_groups()["logGroups"]:
        client.delete_log_group(logGroupName=group["logGroupName"])


def _buckets(client):
    for bucket in client.list_buckets()["Buckets"]:
        name = bucket["Name"]
        try:
            listed = client.list_object_versions(Bucket=name)
            for version in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
                client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
        except ClientError:
            for item in client.list_objects_v2(Bucket=name).get("Contents", []):
                client.delete_object(Bucket=name, Key=item["Key"])
        client.delete_bucket(Bucket=name)


CLEANERS = {"apigateway": _apis, "lambda": _functions, "iam": _roles, "logs": _groups, "s3": _buckets}
