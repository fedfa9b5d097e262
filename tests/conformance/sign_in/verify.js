// Libraries that verify tokens, with the emulator's keys and AWS's issuer.

import { JwtRsaVerifier } from "aws-jwt-verify";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { equal, inTurn, rejects } from "./flows.js";

export const verify = ({ endpoint, pool, client, region }, token) => {
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${pool}`;
  const jwksUri = `${endpoint}/${pool}/.well-known/jwks.json`;
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  return inTurn({
    "aws-jwt-verify": async () => {
      const response = await fetch(jwksUri);
      const verifier = JwtRsaVerifier.create({ issuer, audience: client, jwksUri });
      verifier.cacheJwks(await response.json());
      equal((await verifier.verify(token)).token_use, "id", "the use");
      await rejects(() => verifier.verify(forged), "JwtInvalidSignatureError");
    },
    jose: async () => {
      const keys = createRemoteJWKSet(new URL(jwksUri));
      const { payload } = await jwtVerify(token, keys, { issuer, audience: client });
      equal(payload.token_use, "id", "the use");
      await rejects(() => jwtVerify(forged, keys, { issuer }), "JWSSignatureVerificationFailed");
    },
  });
};
