import type { StudioData } from "../../data/studio-data.js";
import { EnvironmentBadge } from "../control/environment-badge.js";
import { SignInForm } from "./sign-in-form.js";

/** The door. */
export function SignInScreen({ data }: { data: StudioData }) {
  return (
    <main className="door">
      <div className="door-card">
        <div className="door-head">
          <img src="/icon.svg" alt="" width="36" height="36" />
          <EnvironmentBadge environment={data.environment} />
        </div>
        <h1>Sign in to Studio OS</h1>
        <p className="muted">What waits for a decision, its exact effect, and the stop.</p>
        <SignInForm signIn={data.signIn} submitWords="Sign in" />
      </div>
    </main>
  );
}
