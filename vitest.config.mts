import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.spec.ts', 'tools/**/*.spec.ts'],
    // Once for all: the pinned oras and registry, and the package that the test workspaces load.
    globalSetup: ['./tools/oci/global-setup.ts', './tools/testing/build-package.ts'],
    // Nx's native bindings are not thread-safe.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    reporters: ['default', './tools/testing/closing-line-reporter.ts'],
  },
});
