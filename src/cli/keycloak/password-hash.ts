import type { KeycloakCredential } from './realm.ts';

const parse = (text: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    return { ...JSON.parse(text ?? '') };
  } catch {
    return {};
  }
};

const withoutPadding = (base64: string): string => base64.replace(/(?<!=)=+$/, '');

const firstOf = (value: unknown): string => String(Array.isArray(value) ? value[0] : value);

/** The hash as passlib or a PHC string has it; undefined for an algorithm that isn't known. */
export const passwordHashOf = ({ secretData, credentialData }: KeycloakCredential): string | undefined => {
  const { value, salt } = parse(secretData);
  const { hashIterations, algorithm, additionalParameters } = parse(credentialData);
  if (typeof value !== 'string' || typeof salt !== 'string') return undefined;
  const [key, saltText] = [withoutPadding(value), withoutPadding(salt)];
  const iterations = Number(hashIterations);
  switch (algorithm) {
    case 'pbkdf2':
      return `$pbkdf2$${iterations}$${saltText}$${key}`;
    case 'pbkdf2-sha256':
    case 'pbkdf2-sha512':
      return `$${algorithm}$${iterations}$${saltText}$${key}`;
    case 'argon2': {
      const { memory, parallelism, type } = { ...Object(additionalParameters) };
      return `$argon2${firstOf(type)}$v=19$m=${firstOf(memory)},t=${iterations},p=${firstOf(parallelism)}$${saltText}$${key}`;
    }
    default:
      return undefined;
  }
};
