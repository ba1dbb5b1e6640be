import { authorize, callback, discovery, prepare, prepareBare } from './steps/authorization.ts';
import { poll, requestDeviceCode } from './steps/device.ts';
import { createKey, userinfoWithProof } from './steps/dpop.ts';
import { credentials, redeem, redeemJson, redeemWithProof } from './steps/redeem.ts';
import type { Step } from './steps/step.ts';
import { decode, introspect, refresh, revoke, signOut, userinfo } from './steps/use.ts';
import type { TabName } from './words.ts';

/** The steps of each tab, in order. */
export const tabs: Readonly<Record<TabName, readonly Step[]>> = {
  code: [
    discovery,
    prepare,
    authorize,
    callback,
    redeem,
    decode,
    userinfo,
    refresh,
    introspect,
    revoke,
    signOut,
  ],
  credentials: [credentials, decode, introspect],
  device: [requestDeviceCode, poll, decode, userinfo],
  refresh: [prepare, authorize, callback, redeem, refresh, userinfo],
  dpop: [createKey, prepare, authorize, callback, redeemWithProof, decode, userinfoWithProof],
  json: [prepareBare, authorize, callback, redeemJson, decode],
};

export const isTab = (name: string): name is TabName => Object.hasOwn(tabs, name);

/** The first tab is the front page. */
export const tabPath = (tab: TabName): string => (tab === 'code' ? '/' : `/playground/${tab}`);
