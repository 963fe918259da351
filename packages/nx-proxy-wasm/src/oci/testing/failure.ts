import { ProxyWasmError } from '../../errors';

/** The error an action ends with; a test that expects one must not pass without. */
export async function failure(action: Promise<unknown>): Promise<ProxyWasmError> {
  const error = await action.then(
    (value) => new Error(`nothing was thrown, but this came back: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ProxyWasmError) return error;
  throw error;
}
