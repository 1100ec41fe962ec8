import type { Person, StudioData } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { Sheet } from "../../ui/sheet.js";
import { SignInForm } from "./sign-in-form.js";

interface SignInAgainProps {
  readonly data: StudioData;
  readonly person: Person;
  readonly isOpen: boolean;
  /** Why: the session ended, or an action wants a fresh sign-in. */
  readonly cause: "expired" | "recent";
  readonly onDone?: () => void;
  readonly onClose?: () => void;
}

/** Signs the same person in again over their work. What they typed stays where it is. */
export function SignInAgain({ data, person, isOpen, cause, onDone, onClose }: SignInAgainProps) {
  return (
    <Sheet
      title={cause === "expired" ? "Your sign-in has ended" : "Sign in again to go on"}
      isOpen={isOpen}
      isDismissable={cause === "recent"}
      onClose={() => onClose?.()}
    >
      <p className="muted">
        {cause === "expired"
          ? "Everything you typed is kept. Sign in to go on where you were."
          : "This action needs a sign-in that is at most ten minutes old."}
      </p>
      <SignInForm
        signIn={data.signIn}
        email={person.email}
        submitWords="Sign in again"
        {...(onDone === undefined ? {} : { onDone })}
      />
      {cause === "expired" ? (
        <Button tone="quiet" onPress={() => void data.signOut()}>
          Sign out instead
        </Button>
      ) : null}
    </Sheet>
  );
}
