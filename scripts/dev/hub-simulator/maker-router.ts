import type { HubAnswer } from "./answer.js";
import type { Classified } from "./classify-request.js";
import type { HubState } from "./hub-state.js";
import { allDevices, deviceDetails, deviceEvents, deviceList, rooms, SHARED_DEVICES } from "./maker-answers.js";

export interface MakerRequest {
  readonly classified: Classified;
  readonly url: string;
  readonly token: string;
  readonly state: HubState;
  /** False: modes and HSM are not shared, and there are no rooms. */
  readonly sharesPlace: boolean;
}

/**
 * Answers a request as the Maker API app would, writes included. A wrong token gives 401 and finds itself in the body,
 * as OAuth-style error texts do: a client that logs such bodies leaks.
 */
export function answerMakerRequest(request: MakerRequest, elapsedSeconds: number): HubAnswer {
  const { classified, url, token, state } = request;
  const { requestClass, segments } = classified;
  if (segments.length === 0) return { status: 404, body: "<html><body>404 - Not found</body></html>" };
  const given = new URLSearchParams(url.split("?", 2)[1] ?? "").get("access_token");
  if (given !== token) {
    return json(401, { error: "invalid_token", error_description: `Invalid access token: ${given ?? ""}` });
  }
  const [root, target, what] = segments;
  const isReachable = root !== "devices" || SHARED_DEVICES.some((device) => device.id === target);
  if (requestClass === "actuates" && isReachable) state.actuate(segments);
  if (root === "devices" && target === undefined) return json(200, deviceList());
  if (root === "devices" && target === "all") return json(200, allDevices(state, elapsedSeconds));
  // With "allow control of modes" and "… HSM" off, the instance shares neither; older firmware knows no rooms.
  if ((root === "modes" || root === "hsm") && !request.sharesPlace) return json(400, { error: true });
  if (root === "modes") return json(200, state.modes(elapsedSeconds));
  if (root === "hsm") return json(200, { hsm: state.hsm() });
  if (root === "rooms" && request.sharesPlace) return json(200, rooms());
  if (root === "postURL") return json(200, { url: state.eventPostUrl() });
  if (root !== "devices") return json(404, { error: true, type: "AppException", message: "Not Found" });
  return answerDevice(state, target, what, elapsedSeconds);
}

function answerDevice(
  state: HubState,
  id: string | undefined,
  what: string | undefined,
  elapsedSeconds: number,
): HubAnswer {
  const device = SHARED_DEVICES.find((each) => each.id === id);
  if (device === undefined) return json(404, { error: true, type: "AppException", message: "Device not found" });
  if (what === "events") return json(200, deviceEvents(device, state));
  if (what === "commands")
    return json(
      200,
      device.commands.map((command) => ({ command })),
    );
  if (what === "capabilities") return json(200, { capabilities: device.capabilities });
  return json(200, deviceDetails(device, state, elapsedSeconds));
}

function json(status: number, body: unknown): HubAnswer {
  return { status, body: JSON.stringify(body) };
}
