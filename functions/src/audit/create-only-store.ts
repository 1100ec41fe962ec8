/**
 * Where what must never change is kept: the signer's memory and sealed entries. In production a bucket under a locked retention policy,
 * which nobody can shorten; on one machine a folder. Names are paths of lower-case words with slashes between them.
 */
export interface CreateOnlyStore {
  /** Null where there is no such object. */
  read(name: string): Promise<Uint8Array | null>;
  /**
   * Creates the object, whole and durable, or not at all. False: there is one of this name, which stays as it is. It may be one's own,
   * if an earlier answer was lost on the way.
   */
  create(name: string, bytes: Uint8Array): Promise<boolean>;
}

const NAME = /^[a-z0-9][A-Za-z0-9.:_-]*(\/[A-Za-z0-9][A-Za-z0-9.:_-]*)*$/;
const MAX_NAME_CHARACTERS = 512;

/** The name, if it stays within its store on every kind of store. Throws otherwise: names are made by this project's code. */
export function requireObjectName(name: string): string {
  if (name.length <= MAX_NAME_CHARACTERS && NAME.test(name)) return name;
  throw new Error("an object's name has a character that not every store takes");
}
