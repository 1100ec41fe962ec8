import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/**
 * Builds the cockpit into `hosting/dist`. Nothing is inlined into the page, neither scripts nor images, so that a
 * content security policy of `default-src 'self'` holds without exceptions.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    sourcemap: true,
    // React, the sign-in and the contracts are needed for the first screen; what is not is split off already.
    chunkSizeWarningLimit: 700,
  },
});
