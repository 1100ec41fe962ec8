import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { loadConfig } from "./data/config.js";
import { openFirebaseStudio } from "./data/firebase-studio-data.js";
import "./ui/styles/index.css";
import { ConfigProblem } from "./views/session/config-problem.js";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no #root");
const root = createRoot(place);

const outcome = await loadConfig();
if (outcome.kind === "ready") root.render(<App data={openFirebaseStudio(outcome.config, window)} />);
else root.render(<ConfigProblem problems={outcome.problems} />);
