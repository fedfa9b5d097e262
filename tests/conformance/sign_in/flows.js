// What the clients share: the flows in turn, codes of messages, and codes of an authenticator app.

export const equal = (found, wanted, what) => {
  if (found !== wanted) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
};

export const rejects = async (attempt, name) => {
  let rejected;
  try {
    await attempt();
  } catch (error) {
    rejected = [error.name, error.code, error.constructor.name].includes(name) ? name : error.name || error.code;
  }
  equal(rejected, name, "the error");
};

// Runs one flow after the other. The result of each is "yes" or its error.
export const inTurn = async (flows) => {
  const results = {};
  for (const [name, flow] of Object.entries(flows)) {
    try {
      await flow();
      results[name] = "yes";
    } catch (error) {
      results[name] = `${error.name || error.code}: ${error.message}`;
    }
  }
  return results;
};

// The code of the latest message to an address, from the server of this page.
export const codeFor = (home) => async (address) => {
  const response = await fetch(`${home}/code?to=${encodeURIComponent(address)}`);
  return (await response.text()).trim();
};

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// The code that an authenticator app shows `steps` steps of thirty seconds from now (RFC 6238).
export const totp = async (secret, steps = 0) => {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = Uint8Array.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const step = new DataView(new ArrayBuffer(8));
  step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30000) + steps));
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, step.buffer));
  const number = digest.getUint32(digest.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
};
