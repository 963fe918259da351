import { readNxJson, type Tree, updateNxJson } from '@nx/devkit';
import { PACKAGE_NAME } from '../../graph/targets';

/** What the targets and Nx write, and git must not see: a build would otherwise dirty the checkout. */
const IGNORED = ['dist/', '.nx/'] as const;

/** Sets the workspace up; `nx add nx-proxy-wasm` runs it. What is there already stays as it is. */
export default function init(tree: Tree): void {
  registerPlugin(tree);
  ignoreOutputs(tree);
}

function registerPlugin(tree: Tree): void {
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  const registered = plugins.some(
    (entry) => (typeof entry === 'string' ? entry : entry.plugin) === PACKAGE_NAME,
  );
  if (!registered) updateNxJson(tree, { ...nxJson, plugins: [...plugins, PACKAGE_NAME] });
}

function ignoreOutputs(tree: Tree): void {
  const text = tree.read('.gitignore', 'utf8') ?? '';
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = IGNORED.filter((entry) => !present.has(entry.replace(/\/$/, '')));
  if (missing.length === 0) return;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  tree.write('.gitignore', `${text}${separator}${missing.join('\n')}\n`);
}
