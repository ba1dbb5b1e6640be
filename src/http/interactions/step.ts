import type { FastifyRequest } from 'fastify';
import type { InteractionResults, interactionPolicy, Provider } from 'oidc-provider';
import type { EngineClient, Interaction } from '../../provider/engine-types.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Page } from '../../views/page.ts';
import type { Form } from '../pages/form.ts';

/** One request of a person to the page of one step. */
export interface Visit {
  readonly request: FastifyRequest;
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly client: EngineClient;
  /** Committed before the response leaves. */
  readonly work: UnitOfWork;
  readonly page: Page;
  /** The MAC that every form of the step carries. */
  readonly csrf: string;
  /** The URL that the form posts to. */
  readonly action: string;
  /** The account signed in to this browser now. It may differ from the one when the step began. */
  signedIn(): Promise<string | undefined>;
}

/**
 * A page to show, or a result for the engine, which decides what comes next, or another site that the browser comes back
 * from: the step stays due.
 */
export type StepOutcome =
  | {
      readonly show: string;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** URLs of the operator's images. */
      readonly images?: readonly string[];
    }
  | { readonly leaveTo: string; readonly cookies: readonly string[] }
  | { readonly finish: InteractionResults; readonly cookies?: readonly string[] };

/** A step never calls another one: it returns to the engine, which asks for the next. */
export interface Step {
  /** The name of the engine's prompt: `login`, `consent` … */
  readonly name: string;
  readonly prompt: interactionPolicy.Prompt;
  show(visit: Visit): Promise<StepOutcome>;
  submit(visit: Visit, form: Form): Promise<StepOutcome>;
}
