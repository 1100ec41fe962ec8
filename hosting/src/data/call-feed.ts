import type { ApiRouteName, RouteAnswer, RouteBodyInput, RouteParams } from "@studio-os/functions/contracts";
import { createFeed } from "./live.js";
import type { Feed } from "./live.js";
import type { TenantData } from "./studio-data.js";

/** A feed over one answer of the API: asked when somebody looks, and again when they ask for it. */
export function callFeed<N extends ApiRouteName>(
  tenant: TenantData,
  route: N,
  params: RouteParams<N>,
  body: RouteBodyInput<N>,
): Feed<RouteAnswer<N>> {
  return createFeed<RouteAnswer<N>>((emit) => {
    if (tenant.connection.getSnapshot().kind === "offline") {
      emit({ state: "failed", code: "OFFLINE", message: "This is answered by the server.", requestId: null });
      return () => undefined;
    }
    void tenant
      .call(route, params, body)
      .then((outcome) =>
        emit(
          outcome.kind === "done"
            ? { state: "ready", value: outcome.answer, isFromCache: false, confirmedAtMs: Date.now() }
            : { state: "failed", ...outcome.failure },
        ),
      );
    return () => undefined;
  });
}
