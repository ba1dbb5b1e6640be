/** What is copied later by recursion must not go so deep that the stack ends: far beyond anything that is meant. */
const maxDepth = 32;

export const nestsTooDeeply = (json: string): boolean => {
  let depth = 0;
  for (const [mark] of json.matchAll(/"(?:\\.|[^"\\])*"|[[{]|[\]}]/g)) {
    if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
};
