#!/usr/bin/env python3
"""Makes a pool track devices, offer sign-in with a code, and ask a function for challenges; creates users who must choose
a password. With boto3.

usage: prepare.py POOL_ID TEMPORARY_PASSWORD NAME...
"""

import io
import sys
import zipfile

import boto3

# Asks for a color, after the password if the client proves it.
CHALLENGE = """
def handler(event, context):
    request, response = event["request"], event["response"]
    match event["triggerSource"].split("_")[0]:
        case "DefineAuthChallenge":
            results = {one["challengeName"]: one["challengeResult"] for one in request["session"]}
            proves = list(results) == ["SRP_A"]
            response["challengeName"] = "PASSWORD_VERIFIER" if proves else "CUSTOM_CHALLENGE"
            response["issueTokens"] = results.get("CUSTOM_CHALLENGE", False)
            response["failAuthentication"] = not results.get("CUSTOM_CHALLENGE", True)
        case "CreateAuthChallenge":
            response["publicChallengeParameters"] = {"question": "color"}
            response["privateChallengeParameters"] = {"answer": "red"}
        case "VerifyAuthChallengeResponse":
            response["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    return event
"""
TRIGGERS = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")

# An update resets these when it does not name them.
KEPT = ("AutoVerifiedAttributes", "DeletionProtection", "VerificationMessageTemplate")


def challenge(pool_arn):
    """Creates the function for challenges, and returns its ARN."""
    functions, code = boto3.client("lambda"), io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        file = zipfile.ZipInfo("main.py")
        # As on Lambda, the function can read only what everyone can.
        file.external_attr = 0o644 << 16
        package.writestr(file, CHALLENGE)
    role = functions.list_functions()["Functions"][0]["Role"]
    made = functions.create_function(
        FunctionName="challenge", Role=role, Runtime="python3.13", Handler="main.handler",
        Code={"ZipFile": code.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="challenge")
    functions.add_permission(
        FunctionName="challenge", StatementId="cognito", Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com", SourceArn=pool_arn,
    )
    return made["FunctionArn"]


def main():
    pool, password, *names = sys.argv[1:]
    cognito = boto3.client("cognito-idp")
    found = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    cognito.update_user_pool(
        UserPoolId=pool,
        LambdaConfig=dict.fromkeys(TRIGGERS, challenge(found["Arn"])),
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
