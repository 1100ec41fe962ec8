/** Does a grant that names this record reach that one? The record itself, and everything below it. */
export const isWithin = (ref: string, target: string): boolean => target === ref || target.startsWith(`${ref}/`);
