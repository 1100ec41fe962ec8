import { writeFileSync } from "node:fs";
import {
  formatTlogProof,
  leafHash,
  nodeCrypto,
  parseLeaf,
  proveInclusion,
  verifyInclusion,
} from "@studio-os/functions/log-proofs";
import { CommandFailure, EXIT_CODES, unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { openLog, proofFailure, readSignedLog, textOf } from "../terminal/read-log.js";

/** `studio audit prove`: makes the proof of one entry out of the served tiles, and checks it before it is given. */
export const addProveEntry: AddCommand = (program, { alone }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("prove <index>")
    .description("Prove that one entry is in the signed log, as a C2SP tlog-proof. With a sign-in or an audit link.")
    .requiredOption("--key <key>", "the log's verifier key, name+hash+base64, from outside the log")
    .option("--out <file>", "where the proof goes; printed otherwise")
    .action(
      alone(async (given, [word = ""], means) => {
        if (!/^(0|[1-9][0-9]{0,14})$/.test(word)) throw unusable("USAGE", "An index is a whole number from 0 on.");
        const index = Number(word);
        const log = await readSignedLog(await openLog(means, given), [textOf(given, "key") ?? ""]);
        const { size, root } = log.checkpoint;
        if (index >= size) throw unusable("USAGE", `The signed log has ${size} entries, 0 to ${size - 1}.`);
        const { sha256 } = nodeCrypto;
        const entry = await log.entry(index);
        const hashes = await proveInclusion(sha256, log.hashes, index, size).catch((error: unknown) => {
          throw proofFailure(error);
        });
        if (!verifyInclusion(sha256, { index, size, leaf: leafHash(sha256, entry), root }, hashes))
          throw new CommandFailure("PROOF_REJECTED", "The served tiles do not lead to the signed root.", {
            exitCode: EXIT_CODES.refused,
          });
        const leaf = parseLeaf(new TextDecoder().decode(entry));
        const proof = formatTlogProof({ index, hashes, checkpoint: log.note, extra: null });
        const out = textOf(given, "out");
        if (out !== undefined) writeFileSync(out, proof, { flag: "wx" });
        const shown = out === undefined ? ["", ...proof.trimEnd().split("\n")] : [`The proof is in ${out}.`];
        const about = `Entry ${index} of ${size}: event ${leaf.id}, SHA-256 ${leaf.eventSha256}, committed at ${leaf.committedAt} µs.`;
        return { lines: [about, "It is in the signed log.", ...shown], json: { index, size, leaf, proof } };
      }),
    );
};
