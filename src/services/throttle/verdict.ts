const second = 1000;

export interface Refused {
  readonly allowed: false;
  readonly waitSeconds: number;
}

export type Verdict = { readonly allowed: true } | Refused;

/** A password is checked only with `allowed`. Then exactly one of `failed` and `succeeded` is called. */
export type SignInVerdict =
  | { readonly allowed: true; failed(): Promise<void>; succeeded(): Promise<void> }
  /** A device proves by its cookie that it is known. Whether an address is known must not be shown to its other users. */
  | (Refused & { readonly isKnownDevice: boolean });

export const allowed: Verdict = { allowed: true };

export const refuse = (delayMs: number): Refused => ({
  allowed: false,
  waitSeconds: Math.max(1, Math.ceil(delayMs / second)),
});
