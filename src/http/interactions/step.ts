import type { FastifyRequest } from 'fastify';
import type { InteractionResults, interactionPolicy, Provider } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Page } from '../../views/page.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
export type EngineClient = InstanceType<Provider['Client']>;

/** One visit of a person to one step. */
export interface Visit {
  readonly request: FastifyRequest;
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly client: EngineClient;
  /** Committed before the response leaves. */
  readonly work: UnitOfWork;
  readonly page: Page;
  /** What every form of the step carries. */
  readonly csrf: string;
  /** Where the form posts to. */
  readonly action: string;
  /** Who is signed in to this browser now, which may be another person than when the step came up. */
  signedIn(): Promise<string | undefined>;
}

/** A page to show, or what was found out: the engine decides what comes next. */
export type StepOutcome =
  | { readonly show: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly finish: InteractionResults; readonly cookies?: readonly string[] };

export type Form = Readonly<Record<string, string>>;

/** Steps never call each other: each returns to the engine, which asks for the next one. */
export interface Step {
  /** The prompt of the engine that it answers: `login`, `consent` … */
  readonly name: string;
  readonly prompt: interactionPolicy.Prompt;
  show(visit: Visit): Promise<StepOutcome>;
  submit(visit: Visit, form: Form): Promise<StepOutcome>;
}
