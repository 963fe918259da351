import type { OptionKinds } from '../../option-check';
import { HOST_PROFILES, type HostProfile } from '../../wasm/host-profile';

/** Options of the `build-wasm` executor. */
export interface BuildWasmOptions {
  readonly profile?: HostProfile['id'];
}

/** What each option may hold; Nx's own check would end the whole batch without a word. */
export const buildWasmOptions: OptionKinds<BuildWasmOptions> = {
  profile: Object.keys(HOST_PROFILES),
};
