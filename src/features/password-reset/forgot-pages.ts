import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import { foldUsername } from '../../services/accounts/index.ts';
import { takeMessage } from '../../services/throttle/index.ts';
import { newId } from '../../store/new-id.ts';
import { forgotPasswordPage, resetSentPage } from '../../views/pages/forgot-password.ts';
import type { PasswordResetDependencies } from './dependencies.ts';
import { type ResetRequest, resetMail } from './message.ts';
import { forgotPath as path } from './paths.ts';

const maxLoginLength = 255;
const maxAgentLength = 512;

/** The address is counted before the name is looked at, and the name as it was typed: no answer depends on accounts. */
export const forgotPages = ({
  config,
  clock,
  events,
  pages,
  accounts,
  admission,
  mail,
  throttle,
  knownDevices,
}: PasswordResetDependencies): FastifyPluginAsync => {
  const { mail_request_per_address: perAddress, mail_per_recipient: perRecipient } = config.security.throttle;

  /** A person at their own device needs nothing of what strangers share. */
  const isKnown = async ({ headers }: FastifyRequest, login: string): Promise<boolean> =>
    knownDevices.findDevice(headers, await accounts.findByNameOrAddress(login)) !== undefined;

  return async (scope) => {
    scope.get<{ Querystring: { readonly sent?: unknown } }>(path, async (request, reply) => {
      const page = pages.pageFor(request);
      const body =
        request.query.sent === 'yes'
          ? resetSentPage(page, { again: path })
          : forgotPasswordPage(page, { action: path });
      return pages.send(request, reply, body);
    });

    scope.post<{ Body: Form | undefined }>(path, async (request, reply) => {
      const page = pages.pageFor(request);
      const login = (request.body?.['login'] ?? '').trim().slice(0, maxLoginLength);
      if (login === '') {
        const body = forgotPasswordPage(page, { action: path, isMissing: true });
        return pages.send(request, reply, body, { status: 422 });
      }
      const verdict = await throttle.takeByAddress('mail', request.ip, perAddress);
      if (!verdict.allowed) {
        events.emit({
          type: 'password_reset.requested',
          outcome: 'refused',
          reason: 'throttled',
          address: request.ip,
          correlation: request.id,
        });
        const { waitSeconds } = verdict;
        return pages.send(request, reply, forgotPasswordPage(page, { action: path, waitSeconds, login }), {
          status: 429,
          headers: { 'retry-after': String(waitSeconds) },
        });
      }
      admission.assertRoomToLast();
      const isKnownDevice = await isKnown(request, login);
      const isAllowed = await takeMessage(throttle, {
        what: 'reset',
        name: foldUsername(login),
        address: request.ip,
        isKnownDevice,
        perHour: perRecipient,
      });
      if (isAllowed) {
        const about: ResetRequest = {
          id: newId(16),
          login,
          language: page.messages.tag,
          at: String(clock.now()),
          address: request.ip,
          agent: (request.headers['user-agent'] ?? '').slice(0, maxAgentLength),
          correlation: request.id,
          ...(isKnownDevice && { device: 'known' }),
        };
        await mail.send(resetMail, { ...about });
      }
      return reply.header('cache-control', 'no-store').redirect(`${path}?sent=yes`, 303);
    });
  };
};
