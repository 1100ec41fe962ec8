/** Sends a request to its address and to no other: a redirect would take a password or a token along to wherever it points. */
export const fetchDirectly: typeof globalThis.fetch = (input, init) => fetch(input, { ...init, redirect: "error" });
