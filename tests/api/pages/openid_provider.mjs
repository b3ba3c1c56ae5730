// A real OpenID provider for the tests of signing in. Whoever types an address is that person.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "x.js"));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const port = Number(process.argv[3]);

const client = (id) => ({
  client_id: id,
  client_secret: "the secret of a test that is long enough",
  redirect_uris: ["http://127.0.0.1/sign-in/callback"],
  post_logout_redirect_uris: ["http://127.0.0.1/sign-in"],
});
const provider = new Provider(`http://localhost:${port}`, {
  clients: [client("afterword"), client("hasty")],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  ttl: { AuthorizationCode: (ctx, token, from) => (from.clientId === "hasty" ? 1 : 60) },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: `subject of ${id}`,
      email: id.replace("unverified.", ""),
      email_verified: !id.startsWith("unverified."),
      name: "Robin of the provider",
    }),
  }),
});
// The tests' own site has another port each time.
provider.Client.prototype.redirectUriAllowed = () => true;
provider.Client.prototype.postLogoutRedirectUriAllowed = () => true;
provider.listen(port, () => console.log("ready"));
