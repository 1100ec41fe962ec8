/** Doublings from the first number to the 2^40th. */
const MAX_STEPS = 40;

/**
 * Which is the last of what is numbered from 1 on without holes, and never vanishes? Begins at what is known already: one doubles as
 * long as there is something, and halves from there. Null where there is none.
 */
export async function findNewest<T extends { readonly number: number }>(
  read: (number: number) => Promise<T | null>,
  known: T | null,
): Promise<T | null> {
  let newest = known;
  const tryAhead = async (by: number): Promise<boolean> => {
    const found = await read((newest?.number ?? 0) + by);
    newest = found ?? newest;
    return found !== null;
  };
  let step = 1;
  for (let tries = 0; tries < MAX_STEPS && (await tryAhead(step)); tries++) step *= 2;
  while (step > 1) {
    step /= 2;
    await tryAhead(step);
  }
  return newest;
}
