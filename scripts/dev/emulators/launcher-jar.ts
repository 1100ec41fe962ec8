import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32 } from "node:zlib";

const MANIFEST_NAME = "META-INF/MANIFEST.MF";
/** JAR File Specification, "Line length": no line may be longer than 72 bytes; continuation lines start with a space. */
const MAX_MANIFEST_LINE_BYTES = 72;
const FIRESTORE_MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
/** MS-DOS date 1980-01-01: the jar is the same byte for byte wherever and whenever it is written. */
const DOS_EPOCH_DATE = 0x0021;

/**
 * Answers: how can `java -jar` run a jar whose manifest names no main class? Writes a jar at `launcherPath` that holds
 * only a manifest with that class and a class path leading to `emulatorJar` (the Google Cloud SDK's Firestore emulator).
 */
export function writeLauncherJar(launcherPath: string, emulatorJar: string): void {
  mkdirSync(dirname(launcherPath), { recursive: true });
  writeFileSync(launcherPath, launcherJar(pathToFileURL(emulatorJar).href));
}

/** Answers: what are the bytes of that jar? `classPathUrl` must be percent-encoded (ASCII, no spaces), as `pathToFileURL` makes it. */
export function launcherJar(classPathUrl: string): Buffer {
  const lines = ["Manifest-Version: 1.0", `Main-Class: ${FIRESTORE_MAIN_CLASS}`, `Class-Path: ${classPathUrl}`];
  const manifest = lines.flatMap(foldManifestLine).map((line) => `${line}\r\n`);
  return zipOfOneStoredFile(MANIFEST_NAME, Buffer.from(`${manifest.join("")}\r\n`, "ascii"));
}

/** Answers: how is one manifest header written in lines of at most 72 bytes, without their line ends? */
export function foldManifestLine(header: string): string[] {
  const lines = [header.slice(0, MAX_MANIFEST_LINE_BYTES)];
  for (let at = MAX_MANIFEST_LINE_BYTES; at < header.length; at += MAX_MANIFEST_LINE_BYTES - 1) {
    lines.push(` ${header.slice(at, at + MAX_MANIFEST_LINE_BYTES - 1)}`);
  }
  return lines;
}

/** ZIP APPNOTE 6.3.9 §4.3.7 (local header), §4.3.12 (central directory), §4.3.16 (end record); method 0, nothing compressed. */
function zipOfOneStoredFile(name: string, content: Buffer): Buffer {
  const nameBytes = Buffer.from(name, "ascii");
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // version needed to extract: 2.0
  shared.writeUInt16LE(DOS_EPOCH_DATE, 8);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([signature(0x04034b50), shared, nameBytes, content]);

  const madeBy = Buffer.from([20, 0]);
  // Comment length, disk number, internal and external attributes and the local header's offset are all zero.
  const central = Buffer.concat([signature(0x02014b50), madeBy, shared, Buffer.alloc(14), nameBytes]);

  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
