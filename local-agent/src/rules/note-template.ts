const PLACEHOLDERS = ["title", "device", "value", "unit", "since", "minutes"] as const;
export type NoteWords = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Answers: which placeholders does this template name that nothing fills? */
export function unknownPlaceholders(template: string): string[] {
  const known: readonly string[] = PLACEHOLDERS;
  return [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name).filter((name) => !known.includes(name));
}

/** The template with its words in place, in one pass: a word that holds braces is text and is not filled again. */
export function fillNote(template: string, words: NoteWords, maxLength: number): string {
  const lookup: Readonly<Record<string, string>> = words;
  return clip(
    template.replaceAll(PLACEHOLDER, (whole, name: string) => lookup[name] ?? whole),
    maxLength,
  );
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what is taken out
const BLANK = /[\s\u0000-\u001f\u007f]+/g;

/** Text that fits, without control characters or half a surrogate pair: names come from devices and may hold anything. */
export function clip(text: string, maxLength: number): string {
  const plain = text.toWellFormed().replace(BLANK, " ").trim();
  return plain.length <= maxLength ? plain : `${plain.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
