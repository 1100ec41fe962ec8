import { getFunctions } from "firebase-admin/functions";
import { adminApp } from "./production-deps.js";

const REGION = "us-central1";
/** What the Admin SDK says of a task whose name was taken within the last hours. */
const TAKEN = "functions/task-already-exists";

/** Puts a task into the queue of a task-queue function. A task of this name that is or was there is enough. */
export async function enqueueTask(
  functionId: string,
  task: { readonly taskId: string; readonly delaySeconds: number; readonly data: object },
): Promise<void> {
  // Emulated functions without emulated queues would talk to the real ones.
  if (process.env["FUNCTIONS_EMULATOR"] === "true" && process.env["CLOUD_TASKS_EMULATOR_HOST"] === undefined) return;
  const queue = getFunctions(adminApp()).taskQueue(`locations/${REGION}/functions/${functionId}`);
  try {
    await queue.enqueue(task.data, { id: task.taskId, scheduleDelaySeconds: task.delaySeconds });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === TAKEN)) throw error;
  }
}
