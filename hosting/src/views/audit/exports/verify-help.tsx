import type { AuditExport } from "@studio-os/functions/contracts";
import { useState } from "react";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import type { TenantView } from "../../tenant-view.js";
import { verifierKeys, verifyCommand } from "./export-words.js";

/** The key, and the one line that verifies the bundle offline. The key goes to the reader by another way than the bundle. */
export function VerifyHelp({ view, exported }: { view: TenantView; exported: AuditExport }) {
  const keys = verifierKeys(view.tenant.audit.log.identity, exported);
  return (
    <details className="verify-help">
      <summary>How an outsider verifies it</summary>
      {keys.length === 0 ? (
        <p>This cockpit was given no key of the log. The studio’s operator has it.</p>
      ) : (
        <>
          <p>
            Hand the key on by another way than the bundle, a letter or a contract: a key that comes with the bundle
            proves nothing. Then, offline, with Node.js 20.19 or newer:
          </p>
          {keys.map((key) => (
            <div key={key} className="verify-lines">
              <Copyable label="Verifier key" text={key} />
              <Copyable label="Command" text={verifyCommand(exported, key)} />
            </div>
          ))}
          {keys.length > 1 ? <p className="hint">The key is being changed: one of the two fits.</p> : null}
          <p className="hint">
            The verifier in the bundle is the same file as the project’s <code>scripts/verify-audit-bundle.mjs</code>.
            Who wants to believe nobody takes it from there. It ends with 0 verified, 1 rejected, 2 unusable.
          </p>
        </>
      )}
    </details>
  );
}

function Copyable({ label, text }: { label: string; text: string }) {
  const [isCopied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setCopied(done);
    announce(done ? `${label} copied.` : `${label} could not be copied. Mark it and copy it by hand.`);
  };
  return (
    <div className="copyable">
      <span className="hint">{label}</span>
      <pre className="copyable-text" tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Button label={`Copy the ${label.toLowerCase()}`} onPress={() => void copy()}>
        {isCopied === null ? "Copy" : isCopied ? "Copied" : "Copy by hand"}
      </Button>
    </div>
  );
}
