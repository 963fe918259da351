import type { Shape } from '../../oci/shapes';

/** Options of the `pack-oci` executor. */
export interface PackOciOptions {
  readonly shape?: Shape;
}
