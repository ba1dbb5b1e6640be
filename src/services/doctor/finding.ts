/** A problem that an operator should know about, and how to fix it. */
export interface Finding {
  /** What was examined: `accounts`, `configuration`, `outside`, `clock`, `store`, `keys`, `clients`, `upstreams` or `mail`. */
  readonly about: string;
  /** An error already locks out people or lets in attackers. A warning will, or may. */
  readonly severity: 'error' | 'warning';
  /** A stable code for programs. */
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** Collects findings about one subject. */
export const collectFindings = (about: string) => {
  const found: Finding[] = [];
  const add =
    (severity: Finding['severity']) =>
    (code: string, message: string, fix: string): void =>
      void found.push({ about, severity, code, message, fix });
  return { found, error: add('error'), warning: add('warning') };
};

/** How a check adds what it finds. */
export type AddFindings = Pick<ReturnType<typeof collectFindings>, 'error' | 'warning'>;
