import type { TenantView } from "../tenant-view.js";
import type { Draft } from "./form-draft.js";
import type { FormNode } from "./form-node.js";

/** What every part of a form is given, whatever it asks. */
export interface SchemaFieldProps<N extends FormNode = FormNode> {
  readonly view: TenantView;
  readonly label: string;
  readonly node: N;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** Where this stands in the input; problems are named by it. */
  readonly path: string;
  readonly problems: ReadonlyMap<string, string>;
}
