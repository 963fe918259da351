import { defineConfig } from 'vitest/config';
export default defineConfig({ root: '/work/main', test: { include: ['packages/**/*.spec.ts', 'tools/**/*.spec.{ts,mts}'], pool: 'forks', testTimeout: 120000 } });
