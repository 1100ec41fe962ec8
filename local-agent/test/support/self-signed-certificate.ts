import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface SelfSigned {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Makes a self-signed P-256 certificate as a hub has one, valid for the years 2020 to 2049 (X.509 v3, RFC 5280). */
export function makeSelfSigned(commonName: string): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // ecdsa-with-SHA256, 1.2.840.10045.4.3.2
  const algorithm = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from(commonName)))),
  );
  const validity = der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));
  const serial = der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)]));
  const version = der(0xa0, der(0x02, Buffer.from([0x02])));
  const subjectKey = publicKey.export({ type: "spki", format: "der" });
  const body = der(0x30, version, serial, algorithm, name, validity, name, subjectKey);
  const signature = der(0x03, Buffer.from([0x00]), sign("sha256", body, privateKey));
  return {
    certificatePem: toPem(der(0x30, body, algorithm, signature)),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...derLength(content.length)]), content]);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
