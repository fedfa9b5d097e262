// amazon-cognito-identity-js, which older pages and apps use.

import {
  AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool,
} from "amazon-cognito-identity-js";
import { codeFor, equal, inTurn, rejects, totp } from "./flows.js";

// The promise of a function that takes a callback of an error and a result.
const result = (call) =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

// The promise of a function that takes an object of callbacks. Resolves with the name and the arguments of the first.
const step = (call) =>
  new Promise((resolve, reject) => {
    const names = ["onSuccess", "newPasswordRequired", "totpRequired", "mfaRequired", "mfaSetup", "inputVerificationCode",
      "associateSecretCode", "customChallenge"];
    const callbacks = Object.fromEntries(names.map((name) => [name, (...values) => resolve([name, ...values])]));
    call({ ...callbacks, onFailure: reject });
  });

export const identity = async ({ endpoint, pool, client, invited, temporary, name }, home) => {
  const code = codeFor(home);
  const users = new CognitoUserPool({ UserPoolId: pool, ClientId: client, endpoint });
  const userNamed = (username) => new CognitoUser({ Username: username, Pool: users });
  let username = `${name}@example.com`;
  let password = "Engine-1842-x";
  let user = userNamed(username);
  let secret;
  const signIn = (Username, Password) => {
    user = userNamed(Username);
    return step((callbacks) => user.authenticateUser(new AuthenticationDetails({ Username, Password }), callbacks));
  };
  const done = async (attempt) => equal((await attempt)[0], "onSuccess", "the next step");
  let idToken;
  const results = await inTurn({
    "sign-up with a code": async () => {
      const email = new CognitoUserAttribute({ Name: "email", Value: username });
      const answer = await result((back) => users.signUp(username, password, [email], [], back));
      equal(answer.codeDeliveryDetails.Destination, `${name[0]}***@e***`, "the destination");
      await rejects(() => result((back) => user.confirmRegistration("000000", true, back)), "CodeMismatchException");
      await result((back) => user.resendConfirmationCode(back));
      const right = await code(username);
      await result((back) => user.confirmRegistration(right, true, back));
    },
    "wrong password": () => rejects(() => signIn(username, "Wrong-1842-x"), "NotAuthorizedException"),
    "SRP sign-in": () => done(signIn(username, password)),
    refresh: async () => {
      const before = user.getSignInUserSession();
      const session = await result((back) => user.refreshSession(before.getRefreshToken(), back));
      idToken = session.getIdToken().getJwtToken();
      equal(idToken !== before.getIdToken().getJwtToken(), true, "another token");
    },
    attributes: async () => {
      const address = `${name}.new@example.com`;
      const attributes = [["name", "Ada"], ["email", address]].map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
      await result((back) => user.updateAttributes(attributes, back));
      await step((callbacks) => user.getAttributeVerificationCode("email", callbacks));
      const right = await code(address);
      await step((callbacks) => user.verifyAttribute("email", right, callbacks));
      const found = await result((back) => user.getUserAttributes(back));
      const value = (wanted) => found.find((attribute) => attribute.Name === wanted).Value;
      equal(`${value("name")} ${value("email")} ${value("email_verified")}`, `Ada ${address} true`, "attributes");
      username = address;
    },
    "change password": async () => {
      await rejects(() => result((back) => user.changePassword("wrong-1842-X", "Second-1842-x", back)), "NotAuthorizedException");
      await result((back) => user.changePassword(password, "Second-1842-x", back));
      password = "Second-1842-x";
    },
    devices: async () => {
      await step((callbacks) => user.setDeviceStatusRemembered(callbacks));
      const [, { Devices }] = await step((callbacks) => user.listDevices(10, null, callbacks));
      equal(Devices.length, 1, "devices");
      await done(signIn(username, password));
      const [, { Device }] = await step((callbacks) => user.getDevice(callbacks));
      equal(Device.DeviceKey, Devices[0].DeviceKey, "the device after another sign-in on the same one");
      await step((callbacks) => user.forgetDevice(callbacks));
    },
    "forgotten password": async () => {
      await step((callbacks) => userNamed(username).forgotPassword(callbacks));
      const again = (value) => step((callbacks) => userNamed(username).confirmPassword(value, "Third-1842-x", callbacks));
      await rejects(() => again("000000"), "CodeMismatchException");
      await again(await code(username));
      password = "Third-1842-x";
      await done(signIn(username, password));
    },
    "TOTP set-up": async () => {
      [, secret] = await step((callbacks) => user.associateSoftwareToken(callbacks));
      const right = await totp(secret);
      await step((callbacks) => user.verifySoftwareToken(right, "phone", callbacks));
      await result((back) => user.setUserMfaPreference(null, { PreferredMfa: true, Enabled: true }, back));
    },
    "TOTP sign-in": async () => {
      const asked = await signIn(username, password);
      equal(asked[0], "totpRequired", "the next step");
      const right = await totp(secret, 1);
      await done(step((callbacks) => user.sendMFACode(right, callbacks, "SOFTWARE_TOKEN_MFA")));
      await result((back) => user.setUserMfaPreference(null, { PreferredMfa: false, Enabled: false }, back));
    },
    "global sign-out": async () => {
      const token = user.getSignInUserSession().getRefreshToken();
      await step((callbacks) => user.globalSignOut(callbacks));
      await rejects(() => result((back) => user.refreshSession(token, back)), "NotAuthorizedException");
    },
    "new password required": async () => {
      const asked = await signIn(invited, temporary);
      equal(asked[0], "newPasswordRequired", "the next step");
      await done(step((callbacks) => user.completeNewPasswordChallenge("Chosen-1842-x", {}, callbacks)));
    },
    "custom challenges": async () => {
      const asked = async (answer) => {
        user = userNamed(username);
        user.setAuthenticationFlowType("CUSTOM_AUTH");
        const details = new AuthenticationDetails({ Username: username });
        const [name, { question }] = await step((callbacks) => user.initiateAuth(details, callbacks));
        equal(`${name} ${question}`, "customChallenge color", "the next step");
        return step((callbacks) => user.sendCustomChallengeAnswer(answer, callbacks));
      };
      await done(asked("red"));
      await rejects(() => asked("blue"), "NotAuthorizedException");
    },
    "delete user": async () => {
      await done(signIn(username, password));
      await result((back) => user.deleteUser(back));
      await rejects(() => signIn(username, password), "NotAuthorizedException");
    },
  });
  return { results, idToken };
};
