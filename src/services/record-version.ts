import { exitCode, Failure } from '../errors.ts';

/** What a record that operators change keeps for its version. Records of earlier releases have no count. */
export interface Versioned {
  readonly updatedAt: number;
  /** How often the record was changed. */
  readonly changes?: number;
}

/** Another text after every change. The time tells a change by an earlier release, which doesn't count. */
export const versionOf = ({ updatedAt, changes = 0 }: Versioned): string =>
  `${changes}-${updatedAt.toString(36)}`;

/** The members of the next record. The commit that replaces the record makes the count unique. */
export const nextVersion = ({ changes = 0 }: Versioned, now: number): Required<Versioned> => ({
  updatedAt: now,
  changes: changes + 1,
});

/** Throws unless the record is still as the caller has seen it. Without a version, any record will do. */
export const requireVersion = (record: Versioned, expected: string | undefined): void => {
  if (expected === undefined || versionOf(record) === expected) return;
  throw new Failure({
    code: 'version_changed',
    message: 'It was changed meanwhile: read it again, and apply your change to what it is now.',
    status: 412,
    exit: exitCode.conflict,
  });
};
