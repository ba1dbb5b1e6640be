import { answerJson } from '../send.ts';
import { withTokens } from './redeem.ts';
import { addExchanges, endpointUrl, hasExchange, type Step } from './step.ts';

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 §3.1. */
export const requestDeviceCode: Step = {
  name: 'device',
  isDone: ({ device }) => device !== undefined,
  async run({ issuer, send, clients }, journal) {
    const exchange = await send({
      url: endpointUrl(issuer, journal, 'device_authorization_endpoint'),
      form: { client_id: clients.device.id, scope: 'openid profile email' },
    });
    const answer = answerJson(exchange);
    const asked = addExchanges(journal, 'device', exchange);
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

/** RFC 8628 §3.4, §3.5. */
export const poll: Step = {
  name: 'poll',
  isDone: ({ tokens }) => tokens !== undefined,
  async run({ issuer, send, clients }, journal) {
    const exchange = await send({
      url: endpointUrl(issuer, journal, 'token_endpoint'),
      form: { grant_type: grant, client_id: clients.device.id, device_code: journal.device?.code ?? '' },
    });
    return addExchanges(withTokens(journal, exchange), 'poll', exchange);
  },
  outputs: ({ device, tokens, exchanges }) => {
    const last = exchanges['poll']?.at(-1);
    const error = last && answerJson(last)['error'];
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
  restarts: [
    {
      name: 'anotherDevice',
      when: (journal) => hasExchange('poll')(journal) && journal.tokens === undefined,
      run: async () => ({ exchanges: {} }),
    },
  ],
};
