import { Component } from "react";
import type { ReactNode } from "react";
import { Button } from "./button.js";

interface DefectScreenProps {
  readonly children: ReactNode;
}

/**
 * What is left when the cockpit itself breaks, or a part of it cannot be fetched after a new version was deployed: a
 * sentence, another try, and where to stop meanwhile. Drafts lie in session storage and survive the reload.
 */
export class DefectScreen extends Component<DefectScreenProps, { readonly problem: string | null }> {
  override state: { readonly problem: string | null } = { problem: null };

  static getDerivedStateFromError(error: unknown): { problem: string } {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.problem === null) return this.props.children;
    return (
      <main className="door">
        <div className="door-card" role="alert">
          <h1>The cockpit broke</h1>
          <p>Nothing was sent that you did not confirm, and what you typed is kept in this tab.</p>
          <p className="muted">To stop the studio now, open the cockpit on another device.</p>
          <p className="facts">
            <code>{this.state.problem}</code>
          </p>
          <Button tone="primary" onPress={() => location.reload()}>
            Load it again
          </Button>
        </div>
      </main>
    );
  }
}
