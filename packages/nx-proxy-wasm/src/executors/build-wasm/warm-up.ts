/**
 * Lets one piece of work through alone until it has succeeded, then everything.
 *
 * The go command has no single flight: builds that start together on a cold cache each compile the whole
 * standard library. One build first, the others after it, saves a fifth of the processor time and a
 * quarter of the wall time of a cold run. A build that fails has warmed nothing, so the next one waits
 * its turn alone as well.
 *
 * @returns a function that runs `work`; `key` names the cache that it warms (the toolchain: each has its
 *   own standard library); work that throws has not warmed it
 */
export function createWarmUp(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const warm = new Set<string>();
  const warming = new Map<string, Promise<void>>();
  return async (key, work) => {
    for (;;) {
      if (warm.has(key)) return work();
      const other = warming.get(key);
      if (other === undefined) break;
      await other;
    }
    const attempt = work();
    warming.set(
      key,
      attempt.then(
        () => void warm.add(key),
        // The attempt's own caller sees its failure; those who wait only need to know that it ended.
        () => undefined,
      ),
    );
    return attempt.finally(() => warming.delete(key));
  };
}
