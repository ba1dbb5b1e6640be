/** Something an operator should know of, with what to do about it. */
export interface Finding {
  /** What was looked at: `configuration`, `outside`, `clock`, `store`, `keys`, `clients`. */
  readonly about: string;
  /** An error keeps somebody out or lets somebody in; a warning will, or may. */
  readonly severity: 'error' | 'warning';
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** Names what it is about once for all that is found. */
export const collectFindings = (about: string) => {
  const found: Finding[] = [];
  const note =
    (severity: Finding['severity']) =>
    (code: string, message: string, fix: string): void =>
      void found.push({ about, severity, code, message, fix });
  return { found, error: note('error'), warning: note('warning') };
};
