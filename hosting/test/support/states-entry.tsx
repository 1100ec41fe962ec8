import { createRoot } from "react-dom/client";
import { App } from "../../src/app.js";
import "../../src/ui/styles/index.css";
import { ConfigProblem } from "../../src/views/session/config-problem.js";
import { aStoredEvent } from "./audit-scenarios.js";
import { anAgentHealth, aProposal } from "./builders.js";
import { createMemoryStudio } from "./memory-studio.js";
import { scenario } from "./scenarios.js";
import type { ScenarioName } from "./scenarios.js";

/** What a test reaches through the page: the world's controls, and a builder for what arrives live. */
const name = new URLSearchParams(location.search).get("scenario") ?? "busy";
const place = document.getElementById("root");
if (place === null) throw new Error("the test page has no #root");
const root = createRoot(place);

if (name === "no-config") {
  root.render(<ConfigProblem problems={["/studio-config.json answered 404."]} />);
} else {
  const { data, controls } = createMemoryStudio(scenario(name as ScenarioName, Date.now()));
  Object.assign(window, { studioTest: { ...controls, aProposal, anAgentHealth, aStoredEvent } });
  root.render(<App data={data} />);
}
