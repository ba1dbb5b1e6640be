/** The engine copies such objects by recursion. The limit is far above any honest request and far below the stack's. */
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
