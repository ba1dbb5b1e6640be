import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import { routes as engineRoutes } from '../../provider/paths.ts';
import type { ConsoleFrame } from '../../views/console/frame.ts';
import { accountPath, consolePath } from '../clients/index.ts';
import { administratorCommand } from '../own-command/index.ts';
import { displayOfAccount } from '../sign-ins/index.ts';
import type { Admitted } from './admit.ts';
import { pathOf } from './request.ts';
import type { ConsoleMenuEntry } from './section.ts';

interface Dependencies {
  readonly config: Config;
  readonly pages: Pages;
  readonly menu: readonly ConsoleMenuEntry[];
  /** Empty where the console is at the port of the account pages and the engine. */
  readonly mainOrigin: string;
}

interface Frames {
  /** What all pages share, for this administrator. */
  frameOf(request: FastifyRequest, admitted: Admitted): Promise<ConsoleFrame>;
  answerNoRole(request: FastifyRequest, reply: FastifyReply, username: string): Promise<FastifyReply>;
}

export const createFrames = ({ config, pages, menu, mainOrigin }: Dependencies): Frames => {
  const signOut = `${mainOrigin}${engineRoutes.end_session}`;

  const loadTexts = async (tag: string) => {
    const { consoleMessagesFor } = await import('../../views/languages/console/index.ts');
    return consoleMessagesFor(tag);
  };

  return {
    async frameOf(request, { by, role, account }) {
      const page = pages.pageFor(request);
      const text = await loadTexts(page.messages.tag);
      const path = pathOf(request);
      const { zoneinfo: zone } = account.claims;
      return {
        page,
        text,
        role,
        account: displayOfAccount(account),
        ...(typeof zone === 'string' && { zone }),
        menu: menu
          .filter(({ permission }) => by.permissions.has(permission))
          .map(({ path: href, label }) => ({
            href,
            label: label(text),
            isCurrent: href === path || (href !== consolePath && path.startsWith(`${href}/`)),
          })),
        accountPages: `${mainOrigin}${accountPath}`,
        signOut,
      };
    },
    async answerNoRole(request, reply, username) {
      const page = pages.pageFor(request);
      const { noRolePage } = await import('../../views/console/no-role.ts');
      const command = administratorCommand(config);
      const body = noRolePage(page, {
        text: await loadTexts(page.messages.tag),
        username,
        signOut,
        ...(command !== undefined && { command }),
      });
      return pages.send(request, reply, body, { status: 403 });
    },
  };
};
