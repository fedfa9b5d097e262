#!/usr/bin/env python3
"""Makes a pool track devices and offer sign-in with a code, and creates users who must choose a password, with boto3.

usage: prepare.py POOL_ID TEMPORARY_PASSWORD NAME...
"""

import sys

import boto3

# An update resets these when it does not name them.
KEPT = ("AutoVerifiedAttributes", "DeletionProtection", "VerificationMessageTemplate")


def main():
    pool, password, *names = sys.argv[1:]
    cognito = boto3.client("cognito-idp")
    found = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    cognito.update_user_pool(
        UserPoolId=pool,
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
        **{name: found[name] for name in KEPT if name in found},
    )
    for name in names:
        address = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=address, TemporaryPassword=password, MessageAction="SUPPRESS"
        )


if __name__ == "__main__":
    main()
