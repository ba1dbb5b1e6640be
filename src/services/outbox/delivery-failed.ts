/** Thrown by a handler that knows why a message was not accepted. */
export class DeliveryFailed extends Error {
  /** A stable code for events and metrics: `smtp_421`, `mail_unreachable` … */
  readonly reason: string;
  /** The receiver refused the message for good, so another attempt would fail too. */
  readonly isFinal: boolean;

  constructor(reason: string, { isFinal }: { readonly isFinal: boolean }) {
    super(`the message was not accepted: ${reason}`);
    this.name = 'DeliveryFailed';
    this.reason = reason;
    this.isFinal = isFinal;
  }
}
