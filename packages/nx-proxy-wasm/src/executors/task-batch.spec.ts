import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { runTasks, withOptions } from './task-batch';

const context = {
  root: '/workspace',
  projectsConfigurations: {
    version: 2,
    projects: { a: { root: 'plugins/a' }, b: { root: 'plugins/b' }, c: { root: 'plugins/c' } },
  },
} as unknown as ExecutorContext;

function graphOf(...projects: string[]): TaskGraph {
  const tasks = projects.map((project) => ({
    id: `${project}:t`,
    target: { project, target: 't' },
  }));
  return {
    tasks: Object.fromEntries(tasks.map((task) => [task.id, task])),
  } as unknown as TaskGraph;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('runTasks', () => {
  it('hands each task its project, root and options', async () => {
    const seen: unknown[] = [];
    await collect(
      runTasks(graphOf('a'), { 'a:t': { x: 'y' } }, context, (task) => {
        seen.push(task);
        return Promise.resolve({ success: true, text: '' });
      }),
    );
    expect(seen).toEqual([
      {
        id: 'a:t',
        project: 'a',
        root: 'plugins/a',
        workspaceRoot: '/workspace',
        options: { x: 'y' },
      },
    ]);
  });

  it('fails one task alone, with the text of its error', async () => {
    const results = await collect(
      runTasks(graphOf('a', 'b'), { 'a:t': {}, 'b:t': {} }, context, ({ project }) =>
        project === 'a'
          ? Promise.reject(new ProxyWasmError('bad-input', 'is wrong', { subject: 'a' }))
          : Promise.resolve({ success: true, text: 'fine' }),
      ),
    );
    expect(
      Object.fromEntries(
        results.map(({ task, result }) => [task, [result.success, result.terminalOutput]]),
      ),
    ).toEqual({ 'a:t': [false, 'a: is wrong\n'], 'b:t': [true, 'fine\n'] });
  });

  it('never runs more at once than it may, and yields what ends first first', async () => {
    let running = 0;
    let most = 0;
    const delays: Record<string, number> = { a: 3, b: 1, c: 1 };
    const results = await collect(
      runTasks(
        graphOf('a', 'b', 'c'),
        { 'a:t': {}, 'b:t': {}, 'c:t': {} },
        context,
        async ({ project }) => {
          running += 1;
          most = Math.max(most, running);
          for (let turn = 0; turn < delays[project]! * 10; turn += 1)
            await new Promise(setImmediate);
          running -= 1;
          return { success: true, text: '' };
        },
        2,
      ),
    );
    expect(most).toBe(2);
    expect(results[0]?.task).toBe('b:t');
    expect(results).toHaveLength(3);
  });
});

describe('withOptions', () => {
  it('names the task in the error', () => {
    const task = { id: 'a:t', project: 'a', root: 'a', workspaceRoot: '/', options: { y: 1 } };
    expect(() => withOptions(task, { x: 'text' })).toThrow(/^a:t: unknown option "y"/);
  });
});
