export { createDependencies } from './graph/create-dependencies';
export { createNodes } from './graph/create-nodes';
export type { NxProxyWasmPluginOptions } from './graph/options';
export { PACKAGE_NAME as name } from './graph/targets';
