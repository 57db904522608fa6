/** The paths that a claimed task reserves. */
export interface ReservedState {
  readonly paths: readonly string[];
  readonly shared: boolean;
}
