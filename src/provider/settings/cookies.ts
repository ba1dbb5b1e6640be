import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

/** `__Host-` binds a cookie to this host and the path `/`. Cookies of an interaction have its path, so `__Secure-`. */
export const cookies = (config: Pick<Config, 'issuer'>, keys: readonly string[]) => {
  const secure = config.issuer.startsWith('https:');
  const common = { signed: true, httpOnly: true, overwrite: true, sameSite: 'lax', secure } as const;
  return {
    cookies: {
      keys: [...keys],
      names: {
        session: secure ? '__Host-postern_session' : 'postern_session',
        interaction: secure ? '__Secure-postern_interaction' : 'postern_interaction',
        resume: secure ? '__Secure-postern_resume' : 'postern_resume',
      },
      long: { ...common, path: '/' },
      short: common,
    },
  } satisfies Configuration;
};
