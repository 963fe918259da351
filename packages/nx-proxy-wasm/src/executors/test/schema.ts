/** Options of the `test` executor. */
export interface TestOptions {
  readonly args?: readonly string[];
}
