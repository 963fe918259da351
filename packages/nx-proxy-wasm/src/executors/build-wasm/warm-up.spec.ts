import { describe, expect, it } from 'vitest';
import { createWarmUp } from './warm-up';

/** Work that runs until the test ends it, and records how much of it runs at once. */
function traceableWork() {
  const trace = { running: 0, most: 0, started: 0 };
  const ends: (() => void)[] = [];
  const work = (fails = false) => {
    trace.started += 1;
    trace.running += 1;
    trace.most = Math.max(trace.most, trace.running);
    return new Promise<void>((resolve, reject) => {
      ends.push(() => {
        trace.running -= 1;
        if (fails) reject(new Error('build failed'));
        else resolve();
      });
    });
  };
  const endFirst = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { trace, work, endFirst };
}

describe('createWarmUp', () => {
  it('runs the first build alone and the rest together', async () => {
    const { trace, work, endFirst } = traceableWork();
    const warmUp = createWarmUp();
    const all = Promise.all([1, 2, 3].map(() => warmUp('go1.24', work)));
    expect(trace.started).toBe(1);
    await endFirst();
    expect(trace.running).toBe(2);
    await endFirst();
    await endFirst();
    await all;
  });

  it('lets the next build go alone when the first one failed', async () => {
    const { trace, work, endFirst } = traceableWork();
    const warmUp = createWarmUp();
    const failing = warmUp('go1.24', () => work(true));
    const others = [1, 2, 3].map(() => warmUp('go1.24', work));
    const failure = expect(failing).rejects.toThrow('build failed');
    await endFirst();
    await failure;
    expect(trace.running).toBe(1);
    await endFirst();
    expect(trace.running).toBe(2);
    await endFirst();
    await endFirst();
    await Promise.all(others);
  });

  it('warms each toolchain for itself', async () => {
    const { trace, work, endFirst } = traceableWork();
    const warmUp = createWarmUp();
    const all = Promise.all([warmUp('go1.24', work), warmUp('go1.26', work)]);
    expect(trace.running).toBe(2);
    await endFirst();
    await endFirst();
    await all;
  });
});
