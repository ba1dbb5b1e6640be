import { answerOf } from '../wire.ts';
import { withTokens } from './redeem.ts';
import { endpointOf, record, type Step, wasAsked } from './step.ts';

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 §3.1. */
export const askForDevice: Step = {
  name: 'device',
  done: ({ device }) => device !== undefined,
  async run({ issuer, wire, clients }, journal) {
    const exchange = await wire({
      url: endpointOf(issuer, journal, 'device_authorization_endpoint'),
      form: { client_id: clients.device.id, scope: 'openid profile email' },
    });
    const answer = answerOf(exchange);
    const asked = record(journal, 'device', exchange);
    if (exchange.answer.status !== 200) return asked;
    return {
      ...asked,
      device: {
        code: String(answer['device_code']),
        userCode: String(answer['user_code']),
        link: String(answer['verification_uri_complete']),
      },
    };
  },
};

/** §3.4, §3.5: again and again, no faster than the interval. */
export const poll: Step = {
  name: 'poll',
  done: ({ tokens }) => tokens !== undefined,
  async run({ issuer, wire, clients }, journal) {
    const exchange = await wire({
      url: endpointOf(issuer, journal, 'token_endpoint'),
      form: { grant_type: grant, client_id: clients.device.id, device_code: journal.device?.code ?? '' },
    });
    return record(withTokens(journal, exchange), 'poll', exchange);
  },
  shows: ({ device, tokens, exchanges }) => {
    const last = exchanges['poll']?.at(-1);
    const error = last && answerOf(last)['error'];
    return [
      ...(device && !tokens
        ? [
            { kind: 'qr', link: device.link, code: device.userCode } as const,
            { kind: 'go', href: device.link, to: 'approve' } as const,
          ]
        : []),
      ...(error === 'authorization_pending' ? [{ kind: 'note', note: 'pending' } as const] : []),
      ...(error === 'slow_down' ? [{ kind: 'note', note: 'slowDown' } as const] : []),
    ];
  },
  breaks: [
    {
      name: 'anotherDevice',
      when: (journal) => wasAsked('poll')(journal) && journal.tokens === undefined,
      run: async () => ({ exchanges: {} }),
    },
  ],
};
