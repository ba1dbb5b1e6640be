const second = 1000;

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export const allowed: Verdict = { allowed: true };

export const refuse = (delayMs: number): Verdict => ({
  allowed: false,
  waitSeconds: Math.max(1, Math.ceil(delayMs / second)),
});
