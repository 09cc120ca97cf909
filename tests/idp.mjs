// The npm package oidc-provider, set as ProConnect sets it, on a free port of this machine. Prints its address.
// Arguments: the folder that has the package, the redirect address, the algorithm, "yes" to sign userinfo, the level,
// the client and its secret. It ends with its standard input.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, redirect, algorithm, signsUserinfo, level, client, secret] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));
const pair =
  algorithm === "ES256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...pair.privateKey.export({ format: "jwk" }), use: "sig", alg: algorithm, kid: "one" };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}/api/v2`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        redirect_uris: [redirect],
        post_logout_redirect_uris: [redirect.replace(/\/retour$/, "")],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: algorithm,
        ...(signsUserinfo ? { userinfo_signed_response_alg: algorithm } : {}),
      },
    ],
    jwks: { keys: [key] },
    acrValues: ["eidas1", "eidas2", "eidas3"],
    claims: { openid: ["sub"], email: ["email"], acr: null, amr: null },
    scopes: ["openid", "email"],
    routes: {
      authorization: "/authorize",
      token: "/token",
      userinfo: "/userinfo",
      end_session: "/session/end",
      jwks: "/jwks",
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    cookies: { keys: ["cookies-of-the-tests"] },
    enabledJWA: {
      idTokenSigningAlgValues: [algorithm],
      userinfoSigningAlgValues: [algorithm],
    },
    ttl: { AuthorizationCode: 60, AccessToken: 3600, IdToken: 60, Session: 600, Interaction: 60, Grant: 600 },
    interactions: { url: (_, interaction) => `/api/v2/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: "helene@exemple.fr" }) }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email");
      grant.addOIDCClaims(["sub", "email", "acr", "amr"]);
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    request.originalUrl = request.url;
    if (request.url.startsWith("/api/v2/interaction/")) {
      // whoever comes signs in at once, at the level of the test
      await provider.interactionFinished(request, response, {
        login: { accountId: "sub-helene", acr: level, amr: ["pwd"] },
      });
      return;
    }
    request.url = request.url.replace(/^\/api\/v2/, "") || "/";
    answer(request, response);
  });
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
