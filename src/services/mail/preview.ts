import type { Clock } from '../../store/port.ts';
import type { Message, Transport } from './transport.ts';

export interface PreviewedMessage extends Message {
  readonly at: number;
}

export interface Preview extends Transport {
  /** Newest first. */
  messages(): readonly PreviewedMessage[];
}

const maxMessages = 50;

/** Keeps messages in memory instead of sending them, for development. */
export const createPreview = (clock: Clock): Preview => {
  const kept: PreviewedMessage[] = [];
  return {
    messages: () => kept,
    async send(message) {
      kept.unshift({ ...message, at: clock.now() });
      kept.splice(maxMessages);
    },
    async verify() {},
    close() {},
  };
};
