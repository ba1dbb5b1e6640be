/** Code and links stay on one line. */
const units = /`[^`]+`[^\s`]*|\[[^\]]*\]\([^)]*\)\S*|\S+/g;
const width = 110;

/** Breaks a paragraph into lines. The lines after the first one begin with `indent`. */
export const wrap = (text: string, indent = ''): string => {
  const lines: string[] = [];
  let line = '';
  for (const [unit] of text.matchAll(units)) {
    if (line !== '' && line.length + 1 + unit.length > width) {
      lines.push(line);
      line = indent + unit;
    } else line = line === '' ? unit : `${line} ${unit}`;
  }
  return [...lines, line].join('\n');
};
