// PostGraphile 5 over the same tables, as the same database role: row-level security narrows it.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE_URL,
      schemas: ["public", "bench"],
      poolConfig: { max: 10 },
    }),
  ],
  grafast: {
    explain: false,
    context: (request) => ({
      pgSettings: {
        "app.organisations": `{${request.node?.req.headers["x-organisation"] ?? ""}}`,
      },
    }),
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
