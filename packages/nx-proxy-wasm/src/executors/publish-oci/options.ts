import type { OptionKinds } from '../../option-check';
import { type Shape, SHAPES } from '../../oci/shapes';

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

/** What each option may hold; Nx's own check would end the whole batch without a word. */
export const publishOciOptions: OptionKinds<PublishOciOptions> = {
  registry: 'text',
  repository: 'text',
  tag: 'text',
  dryRun: 'flag',
  plainHttp: 'flag',
  shape: SHAPES,
  timeout: 'positive number',
  oras: 'text',
  installOras: 'flag',
};
