import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { Server, ServerCredentials, credentials, loadPackageDefinition, status } from "@grpc/grpc-js";
import type { GrpcObject, ServerUnaryCall, ServiceClientConstructor, sendUnaryData } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { KeyManagementServiceClient } from "@google-cloud/kms";
import protos from "@google-cloud/kms/build/protos/protos.json" with { type: "json" };
import { crc32c } from "../../src/audit/crc32c.js";

export const KEY_VERSION =
  "projects/kiln-house/locations/us-central1/keyRings/studio/cryptoKeys/audit/cryptoKeyVersions/1";

type Method = "getPublicKey" | "asymmetricSign";

interface KeyRequest {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly dataCrc32c?: { readonly value: string } | null;
}

/** Cloud KMS as far as signing needs it: a real gRPC server that speaks google.cloud.kms.v1 by Google's own protos. */
export interface KmsServer {
  readonly client: KeyManagementServiceClient;
  readonly calls: string[];
  /** The next answers to this method are changed like this, one after the other. */
  spoil(method: Method, ...changes: ((answer: Record<string, unknown>) => void)[]): void;
  close(): Promise<void>;
}

export async function openKmsServer(seed: Uint8Array, algorithm = "EC_SIGN_ED25519"): Promise<KmsServer> {
  const head = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = createPrivateKey({ key: Buffer.concat([head, seed]), format: "der", type: "pkcs8" });
  const pem = createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
  const calls: string[] = [];
  const spoilers = new Map<Method, ((answer: Record<string, unknown>) => void)[]>();
  const answerWith =
    (method: Method, make: (request: KeyRequest) => Record<string, unknown>) =>
    ({ request }: ServerUnaryCall<KeyRequest, object>, reply: sendUnaryData<object>): void => {
      calls.push(method);
      if (request.name !== KEY_VERSION) {
        reply({ code: status.NOT_FOUND, details: "no such key version" });
        return;
      }
      const answer = make(request);
      spoilers.get(method)?.shift()?.(answer);
      reply(null, answer);
    };
  const server = new Server();
  server.addService(serviceOf(), {
    getPublicKey: answerWith("getPublicKey", ({ name }) => ({
      name,
      pem,
      algorithm,
      pemCrc32c: { value: String(crc32c(Buffer.from(pem))) },
    })),
    asymmetricSign: answerWith("asymmetricSign", ({ name, data = new Uint8Array(), dataCrc32c }) => {
      const signature = sign(null, data, key);
      return {
        name,
        signature,
        signatureCrc32c: { value: String(crc32c(signature)) },
        verifiedDataCrc32c: dataCrc32c?.value === String(crc32c(data)),
      };
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  // Google's clients otherwise ask the network for a cloud machine's identity.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  // Without this the client would look for Google's credentials, and speak TLS.
  const sslCreds = credentials.createInsecure();
  const client = new KeyManagementServiceClient({ servicePath: "127.0.0.1", port, sslCreds, projectId: "kiln-house" });
  return {
    client,
    calls,
    spoil: (method, ...changes) => spoilers.set(method, changes),
    close: async () => {
      await client.close();
      server.forceShutdown();
    },
  };
}

function serviceOf(): ServiceClientConstructor["service"] {
  const definition = fromJSON(protos, { keepCase: false, longs: String, enums: String, defaults: true });
  const at = (object: GrpcObject, name: string): GrpcObject => object[name] as GrpcObject;
  const v1 = ["google", "cloud", "kms", "v1"].reduce(at, loadPackageDefinition(definition));
  return (v1["KeyManagementService"] as ServiceClientConstructor).service;
}
