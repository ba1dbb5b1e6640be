/** The engine copies such objects by recursion. The limit is far above any honest request and far below the stack's. */
const maxDepth = 32;

/** Reads each character once, because the text may be no JSON: a client chose it, and nothing has parsed it. */
export const nestsTooDeeply = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === '"') inString = !inString;
    else if (inString) at += mark === '\\' ? 1 : 0;
    else if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
};
