import type { Shape } from '../../oci/shapes';

/** Options of the `publish-oci` executor. */
export interface PublishOciOptions {
  readonly registry?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly dryRun?: boolean;
  readonly plainHttp?: boolean;
  readonly shape?: Shape;
  /** Seconds. */
  readonly timeout?: number;
  readonly oras?: string;
  readonly installOras?: boolean;
}
