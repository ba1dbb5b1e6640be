import { exitCode, Failure } from '../../errors.ts';

/** One rule that an upstream doesn't meet: which key, and what to do about it. */
export interface UpstreamRuleProblem {
  readonly field: string;
  readonly message: string;
}

const summarize = (problems: readonly UpstreamRuleProblem[]): string =>
  problems.map(({ field, message }) => `${field}: ${message}`).join(' ');

export const upstreamRefused = (problems: readonly UpstreamRuleProblem[]): Failure =>
  new Failure({
    code: 'upstream_refused',
    message: summarize(problems),
    status: 422,
    exit: exitCode.usage,
  });

export const upstreamNotFound = (id: string): Failure =>
  new Failure({
    code: 'upstream_not_found',
    message: `There is no upstream ${id}; \`upstream list\` shows all of them.`,
    status: 404,
    exit: exitCode.notFound,
  });

const conflict = (code: string, message: string): Failure =>
  new Failure({ code, message, status: 409, exit: exitCode.conflict });

export const upstreamExists = (id: string): Failure =>
  conflict('upstream_exists', `An upstream ${id} exists already; choose another id, or change that one.`);

export const upstreamConfigured = (id: string): Failure =>
  conflict('upstream_configured', `The upstream ${id} comes from the configuration; change it there.`);

export const upstreamInUse = (id: string, client: string): Failure =>
  conflict(
    'upstream_in_use',
    `The upstream ${id} is named by allowed_upstreams of the client ${client}; change that first.`,
  );

export const upstreamIdUsed = (id: string): Failure =>
  conflict(
    'upstream_id_used',
    `The id ${id} was that of another provider, and accounts are still linked to its people; choose another id.`,
  );

export const tooManyUpstreams = (limit: number): Failure =>
  conflict('too_many_upstreams', `The store has ${limit} upstreams, which is the most; remove one first.`);

/** The log gets it: the upstream is not offered until this is corrected. */
export const upstreamUnusable = (id: string, problems: readonly UpstreamRuleProblem[]): Failure =>
  new Failure({
    code: 'upstream_unusable',
    message: `The stored upstream ${id} is not offered, because it breaks a rule of the configuration. ${summarize(problems)}`,
  });
