#!/usr/bin/env python3
"""Runs the flows of sign-in with pycognito and boto3, and prints the result of each as JSON.

usage: clients.py POOL_ID CLIENT_ID URL_OF_THE_FACTS
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import sys
import time
import urllib.parse
import urllib.request

import boto3
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import ForceChangePasswordException, SoftwareTokenMFAChallengeException

FIRST, SECOND, THIRD = "Engine-1842-x", "Second-1842-x", "Third-1842-x"


def read(url):
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.read().decode().strip()


def in_turn(flows):
    """The result of each flow: "yes" or its error."""
    results = {}
    for name, flow in flows.items():
        try:
            flow()
            results[name] = "yes"
        except Exception as error:  # Every error is a result.
            results[name] = f"{type(error).__name__}: {error}"
    return results


def rejects(attempt, code):
    try:
        attempt()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"not rejected with {code}")


def totp(secret, steps=0):
    """The code that an authenticator app shows so many steps from now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    offset = digest[19] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1000000:06}"


class Pycognito:
    """pycognito, with the keys of the emulator, because it reads those of AWS from AWS's URL."""

    def __init__(self, pool, client, code, invited):
        self.pool, self.client, self.code, self.invited = pool, client, code, invited
        self.name = "pycognito@example.com"
        self.user = self.named(self.name)

    def named(self, name):
        # boto3 reads the endpoint from the environment. As an option, pycognito would take it for the issuer.
        user = Cognito(self.pool, self.client, username=name, user_pool_region=os.environ["AWS_DEFAULT_REGION"])
        user.pool_jwk = json.loads(read(f"{os.environ['AWS_ENDPOINT_URL']}/{self.pool}/.well-known/jwks.json"))
        return user

    def sign_up(self):
        self.user.set_base_attributes(email=self.name)
        self.user.register(self.name, FIRST)
        rejects(lambda: self.user.confirm_sign_up("000000", username=self.name), "CodeMismatchException")
        self.user.confirm_sign_up(self.code(self.name), username=self.name)

    def sign_in(self):
        self.user.authenticate(FIRST)
        assert self.user.id_claims["email"] == self.name

    def attributes(self):
        self.user.update_profile({"name": "Ada"})
        assert self.user.get_user().name == "Ada"

    def change_password(self):
        self.user.change_password(FIRST, SECOND)

    def forgotten(self):
        self.user.initiate_forgot_password()
        self.user.confirm_forgot_password(self.code(self.name), THIRD)
        self.user.authenticate(THIRD)

    def app(self):
        self.secret = self.user.associate_software_token()
        assert self.user.verify_software_token(totp(self.secret), "phone")
        self.user.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")

    def app_sign_in(self):
        try:
            self.user.authenticate(THIRD)
            raise AssertionError("no challenge")
        except SoftwareTokenMFAChallengeException as challenge:
            tokens = challenge.get_tokens()
        self.user.respond_to_software_token_mfa_challenge(totp(self.secret, 1), tokens)

    def sign_out(self):
        token = self.user.access_token
        self.user.logout()
        rejects(lambda: self.user.client.get_user(AccessToken=token), "NotAuthorizedException")

    def invited_user(self):
        user = self.named(self.invited)
        try:
            user.authenticate("Temporary-1842-x")
            raise AssertionError("no challenge")
        except ForceChangePasswordException:
            user.new_password_challenge("Temporary-1842-x", "Chosen-1842-x")
        assert user.id_claims["email"] == self.invited

    def refresh(self):
        # In a pool of its own: pycognito does not send the key of the device, which the tokens of a tracked device require.
        cognito, password = boto3.client("cognito-idp"), {"Password": FIRST, "Permanent": True}
        pool = cognito.create_user_pool(PoolName="pycognito")["UserPool"]["Id"]
        flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="pycognito", ExplicitAuthFlows=flows)
        cognito.admin_create_user(UserPoolId=pool, Username="ada")
        cognito.admin_set_user_password(UserPoolId=pool, Username="ada", **password)
        user = Pycognito(pool, client["UserPoolClient"]["ClientId"], self.code, "").named("ada")
        user.authenticate(FIRST)
        before = user.access_token
        user.renew_access_token()
        assert user.access_token != before
        assert user.get_user().username == "ada"

    def flows(self):
        return {
            "sign-up with a code": self.sign_up,
            "wrong password": lambda: rejects(lambda: self.user.authenticate("Wrong-1842-x"), "NotAuthorizedException"),
            "SRP sign-in": self.sign_in,
            "refresh": self.refresh,
            "attributes": self.attributes,
            "change password": self.change_password,
            "forgotten password": self.forgotten,
            "TOTP set-up": self.app,
            "TOTP sign-in": self.app_sign_in,
            "global sign-out": self.sign_out,
            "new password required": self.invited_user,
        }


class Boto3:
    """boto3, for a server that signs users in with their password."""

    def __init__(self, client, code):
        self.cognito, self.code, self.name = boto3.client("cognito-idp"), code, "boto3@example.com"
        self.named = {"ClientId": client, "Username": self.name}
        self.client, self.tokens = client, {}

    def initiate(self, flow, **parameters):
        answer = self.cognito.initiate_auth(ClientId=self.client, AuthFlow=flow, AuthParameters=parameters)
        return answer.get("AuthenticationResult") or answer

    def password(self, password):
        return self.initiate("USER_PASSWORD_AUTH", USERNAME=self.name, PASSWORD=password)

    def own(self, operation, **members):
        return getattr(self.cognito, operation)(AccessToken=self.tokens["AccessToken"], **members)

    def sign_up(self):
        self.cognito.sign_up(**self.named, Password=FIRST, UserAttributes=[{"Name": "email", "Value": self.name}])
        rejects(lambda: self.cognito.confirm_sign_up(**self.named, ConfirmationCode="0"), "CodeMismatchException")
        self.cognito.resend_confirmation_code(**self.named)
        self.cognito.confirm_sign_up(**self.named, ConfirmationCode=self.code(self.name))

    def sign_in(self):
        self.tokens = self.password(FIRST)

    def refresh(self):
        # The tokens of a tracked device are renewed with its key.
        device = self.tokens["NewDeviceMetadata"]["DeviceKey"]
        token = self.tokens["RefreshToken"]
        self.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, DEVICE_KEY=device)
        self.cognito.get_tokens_from_refresh_token(ClientId=self.client, RefreshToken=token, DeviceKey=device)
        refused = {"ClientId": self.client, "RefreshToken": "nonsense"}
        rejects(lambda: self.cognito.get_tokens_from_refresh_token(**refused), "NotAuthorizedException")

    def attributes(self):
        email = [{"Name": "email", "Value": "boto3.new@example.com"}]
        details = self.own("update_user_attributes", UserAttributes=email)["CodeDeliveryDetailsList"]
        assert details[0]["Destination"] == "b***@e***", details
        self.name = email[0]["Value"]
        self.named["Username"] = self.name
        self.own("verify_user_attribute", AttributeName="email", Code=self.code(self.name))
        found = {one["Name"]: one["Value"] for one in self.own("get_user")["UserAttributes"]}
        assert (found["email"], found["email_verified"]) == (self.name, "true"), found

    def forgotten(self):
        self.cognito.forgot_password(**self.named)
        self.cognito.confirm_forgot_password(**self.named, ConfirmationCode=self.code(self.name), Password=THIRD)
        self.tokens = self.password(THIRD)

    def app(self):
        self.secret = self.own("associate_software_token")["SecretCode"]
        self.own("verify_software_token", UserCode=totp(self.secret))
        self.own("set_user_mfa_preference", SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})

    def app_sign_in(self):
        asked = self.password(THIRD)
        responses = {"USERNAME": self.name, "SOFTWARE_TOKEN_MFA_CODE": totp(self.secret, 1)}
        self.tokens = self.cognito.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
            ChallengeResponses=responses,
        )["AuthenticationResult"]

    def sign_out(self):
        self.own("global_sign_out")
        rejects(lambda: self.own("get_user"), "NotAuthorizedException")

    def custom(self):
        asked = self.initiate("CUSTOM_AUTH", USERNAME=self.name)
        assert asked["ChallengeParameters"]["question"] == "color", asked
        self.cognito.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName="CUSTOM_CHALLENGE", Session=asked["Session"],
            ChallengeResponses={"USERNAME": self.name, "ANSWER": "red"},
        )["AuthenticationResult"]

    def change_password(self):
        self.own("change_password", PreviousPassword=FIRST, ProposedPassword=SECOND)

    def flows(self):
        return {
            "sign-up with a code": self.sign_up,
            "wrong password": lambda: rejects(lambda: self.password("Wrong-1842-x"), "NotAuthorizedException"),
            "password sign-in": self.sign_in,
            "refresh": self.refresh,
            "attributes": self.attributes,
            "change password": self.change_password,
            "forgotten password": self.forgotten,
            "TOTP set-up": self.app,
            "TOTP sign-in": self.app_sign_in,
            "global sign-out": self.sign_out,
            "custom challenges": self.custom,
        }


def main():
    pool, client, home = sys.argv[1:]

    def code(address):
        return read(f"{home}/code?to={urllib.parse.quote(address)}")

    pycognito = Pycognito(pool, client, code, "pycognito.invited@example.com")
    results = {"pycognito": in_turn(pycognito.flows()), "boto3": in_turn(Boto3(client, code).flows())}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
