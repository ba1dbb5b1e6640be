import type { CDPSession, Page as Tab } from 'playwright-core';

export interface Device {
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
}

/** Gives the tab an authenticator that keeps passkeys and verifies the person. */
export const addDevice = async (tab: Tab, more: Readonly<Record<string, unknown>> = {}): Promise<Device> => {
  const cdp = await tab.context().newCDPSession(tab);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...more,
    },
  });
  return { cdp, authenticatorId };
};
