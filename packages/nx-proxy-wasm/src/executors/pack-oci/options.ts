import type { OptionKinds } from '../../option-check';
import { type Shape, SHAPES } from '../../oci/shapes';

/** Options of the `pack-oci` executor. */
export interface PackOciOptions {
  readonly shape?: Shape;
}

/** What each option may hold; Nx's own check would end the whole batch without a word. */
export const packOciOptions: OptionKinds<PackOciOptions> = { shape: SHAPES };
