// Amplify, as a page or an app uses it.

import { Amplify } from "aws-amplify";
import {
  confirmResetPassword, confirmSignIn, confirmSignUp, confirmUserAttribute, deleteUser, fetchAuthSession, fetchDevices,
  fetchUserAttributes, forgetDevice, rememberDevice, resendSignUpCode, resetPassword, setUpTOTP, signIn, signOut, signUp,
  updateMFAPreference, updatePassword, updateUserAttributes, verifyTOTPSetup,
} from "aws-amplify/auth";
import { codeFor, equal, inTurn, rejects, totp } from "./flows.js";

export const amplify = async ({ endpoint, pool, client, invited, temporary, name }, home) => {
  Amplify.configure({
    Auth: { Cognito: { userPoolId: pool, userPoolClientId: client, userPoolEndpoint: endpoint } },
  });
  const code = codeFor(home);
  let username = `${name}@example.com`;
  let password = "Engine-1842-x";
  let secret;
  const done = async (attempt) => equal((await attempt).nextStep.signInStep, "DONE", "the next step");
  let idToken;
  const results = await inTurn({
    "sign-up with a code": async () => {
      const { nextStep } = await signUp({ username, password, options: { userAttributes: { email: username } } });
      equal(nextStep.signUpStep, "CONFIRM_SIGN_UP", "the next step");
      equal(nextStep.codeDeliveryDetails.destination, `${name[0]}***@e***`, "the destination");
      await rejects(() => confirmSignUp({ username, confirmationCode: "000000" }), "CodeMismatchException");
      await resendSignUpCode({ username });
      await confirmSignUp({ username, confirmationCode: await code(username) });
    },
    "wrong password": () => rejects(() => signIn({ username, password: "Wrong-1842-x" }), "NotAuthorizedException"),
    "SRP sign-in": async () => {
      await done(signIn({ username, password }));
      idToken = (await fetchAuthSession()).tokens.idToken.toString();
    },
    refresh: async () => {
      const { tokens } = await fetchAuthSession({ forceRefresh: true });
      equal(tokens.idToken.toString() !== idToken && tokens.idToken.payload.email, username, "the email");
      idToken = tokens.idToken.toString();
    },
    attributes: async () => {
      const address = `${name}.new@example.com`;
      const answer = await updateUserAttributes({ userAttributes: { name: "Ada", email: address } });
      equal(answer.email.nextStep.updateAttributeStep, "CONFIRM_ATTRIBUTE_WITH_CODE", "the next step");
      await confirmUserAttribute({ userAttributeKey: "email", confirmationCode: await code(address) });
      const attributes = await fetchUserAttributes();
      equal(`${attributes.name} ${attributes.email} ${attributes.email_verified}`, `Ada ${address} true`, "attributes");
      username = address;
    },
    "change password": async () => {
      await rejects(() => updatePassword({ oldPassword: "wrong-1842-X", newPassword: "Second-1842-x" }), "NotAuthorizedException");
      await updatePassword({ oldPassword: password, newPassword: "Second-1842-x" });
      password = "Second-1842-x";
    },
    devices: async () => {
      await rememberDevice();
      const devices = await fetchDevices();
      equal(devices.length, 1, "devices");
      await signOut();
      await done(signIn({ username, password }));
      equal((await fetchDevices()).length, 1, "devices after another sign-in on the same one");
      await fetchAuthSession({ forceRefresh: true });
      await forgetDevice();
      equal((await fetchDevices()).length, 0, "devices");
      await signOut();
    },
    "forgotten password": async () => {
      const { nextStep } = await resetPassword({ username });
      equal(nextStep.resetPasswordStep, "CONFIRM_RESET_PASSWORD_WITH_CODE", "the next step");
      const again = { username, newPassword: "Third-1842-x" };
      await rejects(() => confirmResetPassword({ ...again, confirmationCode: "000000" }), "CodeMismatchException");
      await confirmResetPassword({ ...again, confirmationCode: await code(username) });
      password = "Third-1842-x";
      await done(signIn({ username, password }));
    },
    "TOTP set-up": async () => {
      secret = (await setUpTOTP()).sharedSecret;
      await verifyTOTPSetup({ code: await totp(secret) });
      await updateMFAPreference({ totp: "PREFERRED" });
    },
    "TOTP sign-in": async () => {
      await signOut();
      const { nextStep } = await signIn({ username, password });
      equal(nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE", "the next step");
      await done(confirmSignIn({ challengeResponse: await totp(secret, 1) }));
      await updateMFAPreference({ totp: "DISABLED" });
    },
    "global sign-out": async () => {
      await signOut({ global: true });
      await rejects(() => fetchUserAttributes(), "UserUnAuthenticatedException");
    },
    "new password required": async () => {
      const { nextStep } = await signIn({ username: invited, password: temporary });
      equal(nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED", "the next step");
      await done(confirmSignIn({ challengeResponse: "Chosen-1842-x" }));
      await signOut();
    },
    "choice of factors": async () => {
      const options = { authFlowType: "USER_AUTH" };
      const chosen = await signIn({ username, options });
      equal(chosen.nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION", "the next step");
      const sent = await confirmSignIn({ challengeResponse: "EMAIL_OTP" });
      equal(sent.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", "the next step");
      await done(confirmSignIn({ challengeResponse: await code(username) }));
      await signOut();
      await done(signIn({ username, password, options: { ...options, preferredChallenge: "PASSWORD_SRP" } }));
      await signOut();
      await done(signIn({ username, password, options: { ...options, preferredChallenge: "PASSWORD" } }));
    },
    "custom challenges": async () => {
      await signOut();
      for (const [authFlowType, secret] of [["CUSTOM_WITHOUT_SRP", {}], ["CUSTOM_WITH_SRP", { password }]]) {
        const { nextStep } = await signIn({ username, ...secret, options: { authFlowType } });
        equal(nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE", "the next step");
        equal(nextStep.additionalInfo.question, "color", "the question");
        await done(confirmSignIn({ challengeResponse: "red" }));
        await signOut();
      }
      await signIn({ username, options: { authFlowType: "CUSTOM_WITHOUT_SRP" } });
      await rejects(() => confirmSignIn({ challengeResponse: "blue" }), "NotAuthorizedException");
      await done(signIn({ username, password }));
    },
    "delete user": async () => {
      await deleteUser();
      await rejects(() => signIn({ username, password }), "NotAuthorizedException");
    },
  });
  return { results, idToken };
};
