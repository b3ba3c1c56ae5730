// Everything that an integration does, by a client that checks each answer against the RFCs.
// Takes the issuer and two clients as JSON; prints where to send the person, reads where they came back.
import * as oauth from "oauth4webapi";
import { createInterface } from "node:readline/promises";

const { issuer, frontEnd, machine, callback } = JSON.parse(process.argv[1]);
const insecure = { [oauth.allowInsecureRequests]: true };
const url = new URL(issuer);
const found = await oauth.discoveryRequest(url, { algorithm: "oauth2", ...insecure });
const server = await oauth.processDiscoveryResponse(url, found);
const api = `${issuer}/graphql`;
const told = {};

async function viewer(token) {
  const headers = new Headers({ "content-type": "application/json" });
  const body = JSON.stringify({ query: "{ viewer { kind name } }" });
  const answer = await oauth.protectedResourceRequest(token, "POST", new URL(api), headers, body, insecure);
  return (await answer.json()).data.viewer;
}

async function checked(token) {
  const request = new Request(api, { headers: { authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, api, insecure);
  return claims.scope;
}

// A machine for itself (RFC 6749, section 4.4).
const ours = { client_id: machine.id };
const secret = oauth.ClientSecretBasic(machine.secret);
const credentials = await oauth.processClientCredentialsResponse(
  server,
  ours,
  await oauth.clientCredentialsGrantRequest(server, ours, secret, { scope: "offers:read" }, insecure),
);
told.machine = await viewer(credentials.access_token);
told.machineScope = await checked(credentials.access_token);
const asked = await oauth.introspectionRequest(server, ours, secret, credentials.access_token, insecure);
told.active = (await oauth.processIntrospectionResponse(server, ours, asked)).active;

// A person through the browser (section 4.1, RFC 7636, RFC 9207).
const theirs = { client_id: frontEnd.id };
const none = oauth.None();
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const address = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: frontEnd.id,
  redirect_uri: callback,
  response_type: "code",
  scope: "offers:read insights:read",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
})) {
  address.searchParams.set(name, value);
}
console.log(address.href);
const lines = createInterface({ input: process.stdin });
const back = new URL(await lines.question(""));
const parameters = oauth.validateAuthResponse(server, theirs, back, state);
const tokens = await oauth.processAuthorizationCodeResponse(
  server,
  theirs,
  await oauth.authorizationCodeGrantRequest(server, theirs, none, parameters, callback, verifier, insecure),
);
told.person = await viewer(tokens.access_token);
told.personScope = await checked(tokens.access_token);
const next = await oauth.processRefreshTokenResponse(
  server,
  theirs,
  await oauth.refreshTokenGrantRequest(server, theirs, none, tokens.refresh_token, insecure),
);
told.rotated = next.refresh_token !== tokens.refresh_token;

// What is revoked is over (RFC 7009).
const revoked = await oauth.revocationRequest(server, theirs, none, next.refresh_token, insecure);
await oauth.processRevocationResponse(revoked);
try {
  const late = await oauth.refreshTokenGrantRequest(server, theirs, none, next.refresh_token, insecure);
  await oauth.processRefreshTokenResponse(server, theirs, late);
} catch (error) {
  told.refused = error.error;
}
console.log(JSON.stringify(told));
lines.close();
