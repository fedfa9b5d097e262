#!/usr/bin/env python3
"""Creates a user, sets the password and prints the ID token, with boto3 and without stackctl.

usage: sign_in.py POOL_ID CLIENT_ID NAME < PASSWORD

The flow goes by its old name, ADMIN_NO_SRP_AUTH, which Cognito still takes for ADMIN_USER_PASSWORD_AUTH.
"""

import secrets
import sys

import boto3


def make(cognito, pool, name):
    """Creates a user without an invitation message, and returns the temporary password."""
    temporary = "Aa1." + secrets.token_urlsafe(12)
    address = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(
        UserPoolId=pool, Username=name, UserAttributes=address, TemporaryPassword=temporary, MessageAction="SUPPRESS"
    )
    return temporary


def sign_in(cognito, place, name, temporary, password):
    """Replaces the temporary password, and returns the ID token."""
    asked = cognito.admin_initiate_auth(
        **place, AuthFlow="ADMIN_NO_SRP_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": temporary}
    )
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED", asked["ChallengeName"]
    answered = cognito.admin_respond_to_auth_challenge(
        **place,
        ChallengeName=asked["ChallengeName"],
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": asked["ChallengeParameters"]["USER_ID_FOR_SRP"], "NEW_PASSWORD": password},
    )
    return answered["AuthenticationResult"]["IdToken"]


def main():
    pool, client, name = sys.argv[1:]
    password = sys.stdin.readline().rstrip("\n")
    cognito = boto3.client("cognito-idp")
    place = {"UserPoolId": pool, "ClientId": client}
    print(sign_in(cognito, place, name, make(cognito, pool, name), password))


if __name__ == "__main__":
    main()
