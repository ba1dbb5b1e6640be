import { createContext, Script } from 'node:vm';

/** Long enough for any value on a busy machine. A pattern that backtracks takes years. */
const timeoutMs = 100;

let script: Script | undefined;

/**
 * The script is made for the first value. With one, V8 collects all garbage of an idle server, gives its memory back, and
 * drops its compiled code: the next requests then take up to 1.8 times as long. Most servers have no pattern.
 */
const testScript = (): Script => {
  script ??= new Script('pattern.test(value)');
  return script;
};

/** The error may be of the other context, so it is no `Error` here. */
const isTimeout = (error: unknown): boolean => Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Whether the whole value matches a pattern of the operator. Some patterns, as `(a+)+`, take time without end for a value
 * that someone made for that purpose (CWE-1333). The server must not stand still, so such a value doesn't match.
 */
export const createMatcher = (pattern: string): ((value: string) => boolean) => {
  const context = createContext({ pattern: new RegExp(`^(?:${pattern})$`, 'u'), value: '' });
  return (value) => {
    context['value'] = value;
    try {
      return testScript().runInContext(context, { timeout: timeoutMs }) === true;
    } catch (error) {
      if (isTimeout(error)) return false;
      throw error;
    }
  };
};
