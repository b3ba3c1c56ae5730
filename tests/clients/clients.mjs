// Asks and watches with the clients that front-ends use; prints what each of them got, as JSON.
import { ApolloClient, HttpLink, InMemoryCache, gql, split } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client as Urql, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import relay from "relay-runtime";
import { WebSocket } from "ws";

const { url, token, organisation, slug, after, artifacts } = JSON.parse(readFileSync(0, "utf8"));
const authorization = `Bearer ${token}`;
const headers = { authorization };
const ws = createWs({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: authorization },
  retryAttempts: 0,
});

const QUERY = "query ($slug: String!) { organisation(slug: $slug) { id slug } }";
const EVENTS = `subscription ($organisation: ID!, $after: ID) {
  organisationEvents(organisationId: $organisation, after: $after) { __typename id }
}`;
const variables = { organisation, after };

/** Return the first value of what has a subscribe method. */
const first = (observable) =>
  new Promise((resolve, reject) => {
    const subscription = observable.subscribe({
      next: (value) => {
        resolve(value);
        setTimeout(() => subscription.unsubscribe?.());
      },
      error: reject,
      complete: () => reject(new Error("ended without a value")),
    });
  });

/** Return what a client of graphql-ws or graphql-sse gets; each begins when it is waited for. */
async function iterated(client) {
  const query = (await client.iterate({ query: QUERY, variables: { slug } }).next()).value.data;
  const events = client.iterate({ query: EVENTS, variables });
  const event = (await events.next()).value.data;
  await events.return();
  const refused = client.iterate({ query: EVENTS, variables: { organisation: "unknown" } });
  const errors = await refused.next().then(({ value }) => value.errors, (thrown) => thrown);
  return { query, event, refused: errors[0].extensions.code };
}

async function withApollo() {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: split(
      ({ operationType, query }) =>
        (operationType ?? query.definitions[0].operation) === "subscription",
      new GraphQLWsLink(ws),
      new HttpLink({ uri: url, headers }),
    ),
  });
  const query = await client.query({ query: gql(QUERY), variables: { slug } });
  const event = await first(client.subscribe({ query: gql(EVENTS), variables }));
  return { query: query.data, event: event.data };
}

async function withUrql() {
  const common = { url, fetchOptions: { headers }, preferGetMethod: false };
  const overHttp = new Urql({
    ...common,
    exchanges: [cacheExchange, fetchExchange],
    fetchSubscriptions: true,
  });
  const overWs = new Urql({
    ...common,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: ws.subscribe({ ...request, query: request.query ?? "" }, sink),
          }),
        }),
      }),
    ],
  });
  const query = await overHttp.query(QUERY, { slug }).toPromise();
  const told = (client) =>
    new Promise((resolve) => client.subscription(EVENTS, variables).subscribe(resolve));
  const events = await told(overHttp);
  const again = await told(overWs);
  return { query: query.data, event: events.data, overWebSocket: again.data };
}

async function withRelay() {
  const artifact = async (name) =>
    (await import(pathToFileURL(`${artifacts}/${name}.graphql.mjs`))).default;
  const environment = new relay.Environment({
    network: relay.Network.create(
      async ({ text }, given) => {
        const response = await fetch(url, {
          method: "POST",
          headers: {
            ...headers,
            "content-type": "application/json",
            accept: "application/graphql-response+json",
          },
          body: JSON.stringify({ query: text, variables: given }),
        });
        return response.json();
      },
      ({ text, name }, given) =>
        relay.Observable.create((sink) =>
          ws.subscribe({ operationName: name, query: text, variables: given }, sink),
        ),
    ),
    store: new relay.Store(new relay.RecordSource()),
  });
  const query = relay.fetchQuery(environment, await artifact("exampleOrganisationsQuery"), {});
  const found = await query.toPromise();
  const subscription = await artifact("eventsSubscription");
  const event = await new Promise((resolve, reject) => {
    relay.requestSubscription(environment, {
      subscription,
      variables: { organisationId: organisation, after },
      onNext: resolve,
      onError: reject,
    });
  });
  return {
    query: found.viewer.memberships.map((one) => one.organisation.slug),
    event: event.organisationEvents.__typename,
  };
}

// Says where it stands, for whoever wonders which of them waits.
const found = {};
for (const [name, use] of Object.entries({
  "graphql-ws": () => iterated(ws),
  "graphql-sse": () => iterated(createSse({ url, headers, retryAttempts: 0 })),
  apollo: withApollo,
  urql: withUrql,
  relay: withRelay,
})) {
  process.stderr.write(`${name}\n`);
  found[name] = await use();
}
process.stdout.write(JSON.stringify(found), () => process.exit(0));
