/** What leaves the server, after its template was rendered. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Hands messages over to a mail server, or shows them in development. */
export interface Transport {
  /** Throws `DeliveryFailed`. */
  send(message: Message): Promise<void>;
  /** Connects and signs in without sending anything. Throws `DeliveryFailed`. */
  verify(): Promise<void>;
  /** Cuts off what is being sent. */
  close(): void;
}
