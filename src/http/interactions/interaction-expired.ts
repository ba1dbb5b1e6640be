import { Failure } from '../../errors.ts';

/** The browser has no such interaction: it is too old, was completed, or its cookie is gone. */
export class InteractionExpired extends Failure {
  constructor() {
    super({
      code: 'interaction_expired',
      status: 400,
      message: 'This sign-in has expired or was already finished. Start again at the application.',
    });
    this.name = 'InteractionExpired';
  }
}
