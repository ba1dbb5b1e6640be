import type { Config } from '#config';
import { collectFindings, type Finding } from './finding.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Finds settings that are valid but rarely intended. Invalid ones are refused when the configuration is loaded. */
export const checkSettings = (config: Config): readonly Finding[] => {
  const { found, warning } = collectFindings('configuration');
  const { protocol, hostname } = new URL(config.issuer);
  if (config.mode === 'development' && !loopback.has(hostname)) {
    warning(
      'development_issuer',
      `The issuer is ${config.issuer}, but the mode is development, which listens on loopback only.`,
      'Set mode: production.',
    );
  }
  if (config.mode === 'production' && protocol === 'https:' && config.proxy.trusted.length === 0) {
    warning(
      'proxy_untrusted',
      'The issuer is https, so there is a proxy in front, but no proxy is trusted: every caller seems to have its address, and limits for one address apply to all.',
      'Name its address or network in proxy.trusted.',
    );
  }
  if (config.mode === 'production' && ['debug', 'trace'].includes(config.log.level)) {
    warning('log_verbose', `The log level is ${config.log.level}.`, 'Set log.level: info.');
  }
  if (!config.audit.enabled) {
    warning('audit_off', 'Security events are not recorded.', 'Set audit.enabled: true.');
  }
  const { sign_in_per_address, sign_in_per_account } = config.security.throttle;
  if (sign_in_per_address === 0 || sign_in_per_account === 0) {
    warning(
      'sign_in_unlimited',
      'Passwords may be tried without a limit.',
      'Give security.throttle.sign_in_per_address and sign_in_per_account numbers above 0.',
    );
  }
  return found;
};
