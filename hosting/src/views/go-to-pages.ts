import { auditPath, devicesPath, navigate, noticesPath, proposePath, queuePath, studioPath } from "../ui/route.js";

/** What the `g` keys do in this studio. */
export const goToPages = (tenantId: string) => ({
  "go-queue": () => navigate(queuePath(tenantId, null)),
  "go-propose": () => navigate(proposePath(tenantId, null)),
  "go-notices": () => navigate(noticesPath(tenantId)),
  "go-devices": () => navigate(devicesPath(tenantId)),
  "go-audit": () => navigate(auditPath(tenantId)),
  "go-studio": () => navigate(studioPath(tenantId, "people")),
});
