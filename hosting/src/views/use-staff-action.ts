import { API_ROUTES } from "@studio-os/functions/contracts";
import type { ApiRouteName, RouteAnswer, RouteBodyInput, RouteParams } from "@studio-os/functions/contracts";
import { joinWords } from "../ui/join-words.js";
import { useAction } from "../ui/use-action.js";
import type { ActionState } from "../ui/use-action.js";
import { holdsAny } from "./queue/me.js";
import { ROLE_WORDS } from "./studio/people/role-words.js";
import type { TenantView } from "./tenant-view.js";

/**
 * Answers: why may this person not do this now, in a sentence? null: as far as the cockpit knows, they may. The server
 * judges in any case.
 */
export function whyNot(view: TenantView, route: ApiRouteName): string | null {
  if (view.connection.kind === "offline") return "You are offline. Nothing is ever queued; what you typed is kept.";
  if (!view.isSessionLive) return "Your sign-in has ended. Sign in again to go on.";
  const { roles } = API_ROUTES[route];
  if (holdsAny(view.me, roles)) return null;
  const words = roles.map((role) => ROLE_WORDS[role].toLowerCase());
  return `Only for people who are ${joinWords(words, "or")}. An owner can grant it.`;
}

/** One action of a form: sent once, never shown as done before the server said so; an old sign-in is renewed over it. */
export function useStaffAction<N extends ApiRouteName>(
  view: TenantView,
  route: N,
): {
  readonly state: ActionState;
  readonly send: (params: RouteParams<N>, body: RouteBodyInput<N>) => Promise<RouteAnswer<N> | null>;
} {
  const { state, run } = useAction<N>();
  const send = (params: RouteParams<N>, body: RouteBodyInput<N>) =>
    run(async () => {
      const outcome = await view.tenant.call(route, params, body);
      if (outcome.kind === "failed" && outcome.failure.code === "REAUTH_REQUIRED") view.askSignIn();
      return outcome;
    });
  return { state, send };
}
