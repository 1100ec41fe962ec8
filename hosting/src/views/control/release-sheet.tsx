import { announce } from "../../ui/announce.js";
import { Sheet } from "../../ui/sheet.js";
import type { TenantView } from "../tenant-view.js";
import { useStaffAction } from "../use-staff-action.js";
import { ReleaseForm } from "./release-form.js";

interface ReleaseSheetProps {
  readonly view: TenantView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The way back: one person asks, a second confirms; or the first types the phrase after five minutes (M04.4). */
export function ReleaseSheet({ view, isOpen, onClose }: ReleaseSheetProps) {
  const { state, send } = useStaffAction(view, "releaseStop");
  const release = async (reason: string, phrase: string | null) => {
    const answer = await send({ tenantId: view.tenant.tenantId }, { reason, phrase });
    if (answer === null) return;
    announce(answer.isReleased ? "The studio is released." : "Your request is stored. A second person can confirm it.");
    onClose();
  };
  return (
    <Sheet title="Release the stop" isOpen={isOpen} onClose={onClose}>
      <ReleaseForm
        request={view.mode?.releaseRequest ?? null}
        uid={view.me.uid}
        what="the studio"
        sending={state}
        onSend={(reason, phrase) => void release(reason, phrase)}
        onClose={onClose}
      />
    </Sheet>
  );
}
