// Mercurius with JIT over the same tables: batched loaders, one transaction for each request.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 });
const INSIGHTS = process.env.BENCH_INSIGHTS_SQL;
const SUBMIT = process.env.BENCH_SUBMIT_SQL;

const schema = `
  type Viewer { id: ID! }
  type Question { id: ID! code: String! wording: String! }
  type Answer { state: String! choice: String scale: Int text: String question: Question! }
  type Response { confidentiality: String! submittedMonth: String! answers: [Answer!]! }
  type Offer { jobTitle: String }
  type Interview { id: ID! status: String! invitedOn: String offer: Offer response: Response }
  type Insight { code: String! count: Int! mean: Float distribution: [Share!]! }
  type Share { option: String! count: Int! }
  type Receipt { receiptCode: String! }
  type Query { viewer: Viewer! interviews(first: Int!): [Interview!]! insights: [Insight!]! }
  type Mutation { submitResponse(interviewId: ID!, receiptCode: String!, answers: String!): Receipt! }
`;

async function sql(context, name, text, values) {
  // One after the other, as one connection wants it; the scope is set once for the request.
  context.last = (context.last ?? Promise.resolve()).then(async () => {
    if (!context.client) {
      context.client = await pool.connect();
      await context.client.query("BEGIN");
      await context.client.query({
        name: "scope",
        text: "SELECT set_config('app.organisations', $1, true)",
        values: [`{${context.organisation}}`],
      });
    }
    return (await context.client.query({ name, text, values })).rows;
  });
  return context.last;
}

function byKey(rows, queries, key) {
  const found = new Map(rows.map((row) => [row.key, row]));
  return queries.map(({ obj }) => found.get(obj[key]) ?? null);
}

const resolvers = {
  Query: {
    viewer: (_, __, context) => ({ id: context.organisation }),
    interviews: (_, { first }, context) =>
      sql(
        context,
        "interviews",
        `SELECT id, status, to_char(invited_on, 'YYYY-MM-DD') AS "invitedOn", offer_id
         FROM interviews WHERE organisation_id = $1
         ORDER BY coalesce(invited_on, date '0001-01-01') DESC, id DESC LIMIT $2`,
        [context.organisation, first],
      ),
    insights: (_, __, context) => sql(context, "insights", INSIGHTS, [context.organisation]),
  },
  Mutation: {
    submitResponse: async (_, { interviewId, receiptCode, answers }, context) => {
      await sql(context, "submit", SUBMIT, [context.organisation, interviewId, answers]);
      return { receiptCode };
    },
  },
};

const loaders = {
  Interview: {
    async offer(queries, context) {
      const rows = await sql(
        context,
        "offers",
        `SELECT f.id AS key, nullif(r.title, '') AS "jobTitle" FROM offers f
         JOIN applications a ON a.organisation_id = $1 AND a.id = f.application_id
         JOIN requisitions r ON r.organisation_id = $1 AND r.id = a.requisition_id
         WHERE f.organisation_id = $1 AND f.id = ANY ($2)`,
        [context.organisation, queries.map(({ obj }) => obj.offer_id)],
      );
      return byKey(rows, queries, "offer_id");
    },
    async response(queries, context) {
      const rows = await sql(
        context,
        "responses",
        `SELECT interview_id AS key, id, confidentiality,
                to_char(submitted_month, 'YYYY-MM') AS "submittedMonth"
         FROM responses WHERE organisation_id = $1 AND interview_id = ANY ($2)
           AND confidentiality = 'ATTRIBUTED'`,
        [context.organisation, queries.map(({ obj }) => obj.id)],
      );
      return byKey(rows, queries, "id");
    },
  },
  Response: {
    async answers(queries, context) {
      const rows = await sql(
        context,
        "answers",
        `SELECT a.response_id, a.question_id, a.state, a.choice, a.scale, a.text FROM answers a
         JOIN questions q ON q.organisation_id = $1 AND q.id = a.question_id
         WHERE a.organisation_id = $1 AND a.response_id = ANY ($2)
           AND q.audience IN ('HR', 'ORGANISATION') ORDER BY q.position`,
        [context.organisation, queries.map(({ obj }) => obj.id)],
      );
      const found = new Map(queries.map(({ obj }) => [obj.id, []]));
      for (const row of rows) found.get(row.response_id).push(row);
      return queries.map(({ obj }) => found.get(obj.id));
    },
  },
  Answer: {
    async question(queries, context) {
      const rows = await sql(
        context,
        "questions",
        `SELECT id AS key, id, code, wording ->> 'en' AS wording FROM questions
         WHERE organisation_id = $1 AND id = ANY ($2)`,
        [context.organisation, [...new Set(queries.map(({ obj }) => obj.question_id))]],
      );
      return byKey(rows, queries, "question_id");
    },
  },
};

const app = Fastify();
await app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  context: (request) => ({ organisation: request.headers["x-organisation"] }),
});
app.graphql.addHook("onResolution", async (execution, context) => {
  if (!context.client) return;
  await context.client.query(execution.errors ? "ROLLBACK" : "COMMIT");
  context.client.release();
});
await app.listen({ port: Number(process.env.BENCH_PORT), host: "127.0.0.1" });
