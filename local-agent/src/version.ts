/** Of this program, as in its package.json: reported to the cloud, so that people see which agents are behind. */
export const AGENT_VERSION = "0.1.0";
