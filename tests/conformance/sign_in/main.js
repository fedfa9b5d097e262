// Runs every client, in Node.js (`node main.js URL`) or in a page, against the server that has the facts.

import { amplify } from "./amplify.js";
import { identity } from "./identity.js";
import { verify } from "./verify.js";

// Amplify names the device after the browser. Node.js 20 has no `navigator`, and later versions have one like this.
globalThis.navigator ??= { userAgent: `Node.js/${globalThis.process?.versions?.node}` };

const home = globalThis.process?.argv?.[2] ?? "";
const facts = await (await fetch(`${home}/facts`)).json();
const where = home ? "node" : "page";
const first = await amplify({ ...facts, ...facts[`${where}_amplify`], name: `amplify-${where}` }, home);
const second = await identity({ ...facts, ...facts[`${where}_identity`], name: `identity-${where}` }, home);
const called = await fetch(facts.url, { headers: { Authorization: first.idToken } });
const results = {
  "aws-amplify": first.results,
  "amazon-cognito-identity-js": second.results,
  verified: await verify(facts, first.idToken),
  called: called.status,
};
await fetch(`${home}/results`, { method: "POST", body: JSON.stringify(results) });
