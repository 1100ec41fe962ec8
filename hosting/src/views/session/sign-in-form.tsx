import { useState } from "react";
import type { SubmitEvent } from "react";
import type { SignInOutcome } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";

interface SignInFormProps {
  readonly signIn: (email: string, password: string) => Promise<SignInOutcome>;
  /** The address of who was here before; it cannot be changed while their work is kept on the screen. */
  readonly email?: string;
  readonly submitWords: string;
  readonly onDone?: () => void;
}

/** Address and password; what was typed survives a refusal, and the refusal says what to do. */
export function SignInForm({ signIn, email: knownEmail, submitWords, onDone }: SignInFormProps) {
  const [email, setEmail] = useState(knownEmail ?? "");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    const outcome = await signIn(email.trim(), password);
    setBusy(false);
    if (outcome.kind === "refused") setProblem(outcome.message);
    else onDone?.();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isBusy) void submit();
  };

  return (
    <form className="form" onSubmit={onSubmit} aria-describedby={problem === null ? undefined : "sign-in-problem"}>
      <label className="field">
        <span>E-mail address</span>
        <input
          type="email"
          name="email"
          autoComplete="username"
          required
          value={email}
          readOnly={knownEmail !== undefined}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      <label className="field">
        <span>Password</span>
        <input
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {problem === null ? null : (
        <p className="problem" id="sign-in-problem" role="alert">
          {problem}
        </p>
      )}
      <Button type="submit" tone="primary" isBusy={isBusy} onPress={() => undefined}>
        {isBusy ? "Signing in…" : submitWords}
      </Button>
    </form>
  );
}
