// GraphiQL for whoever is signed in: the session's cookie says who asks, as in the console.
import { page } from "./strict.js";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(page.workers[label] ?? page.workers.editor);
  },
};

const socket = new URL(page.endpoint, location.href);
socket.protocol = socket.protocol.replace("http", "ws");

const fetcher = createGraphiQLFetcher({
  url: page.endpoint,
  headers: { Accept: "application/graphql-response+json" },
  subscriptionUrl: socket.href,
});

function Bookmark() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5">
      <path d="M6 3h12v18l-6-4-6 4z" />
    </svg>
  );
}

function Examples() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = ({ query, variables }) => {
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
  };
  return (
    <section aria-label="Examples" className="afterword-examples">
      <h2>Examples</h2>
      <ul>
        {page.examples.map((example) => (
          <li key={example.title}>
            <button type="button" className="graphiql-un-styled" onClick={() => open(example)}>
              {example.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const examples = { title: "Examples", icon: Bookmark, content: Examples };

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, examples]}
    visiblePlugin={matchMedia("(min-width: 48rem)").matches ? examples : undefined}
    defaultTabs={page.examples.slice(0, 1)}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>
      <a href="/console">Afterword</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
