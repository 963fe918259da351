import type { HostProfile } from '../../wasm/host-profile';

/** Options of the `build-wasm` executor. */
export interface BuildWasmOptions {
  readonly profile?: HostProfile['id'];
}
