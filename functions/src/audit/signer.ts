/**
 * Signs checkpoints under one name. The key stays behind this interface: in Cloud KMS, or as a seed for the emulator and small
 * set-ups. `verifierKey` is what outsiders are given, `keyName+hhhhhhhh+base64`.
 */
export interface Signer {
  readonly keyName: string;
  readonly verifierKey: string;
  /** Pure Ed25519 (RFC 8032) over these bytes: 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}
