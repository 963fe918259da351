import type { CreateNodes } from '@nx/devkit';
import { execa } from 'execa';
export const name = 'nx-proxy-wasm';
export const createNodes: CreateNodes = [
  '**/go.mod',
  (files) => files.map((f) => [f, { projects: { x: { name: typeof execa } } }] as const),
];
