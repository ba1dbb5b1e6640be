const rules = new Intl.PluralRules('pl');

/** 1 aplikacja, 2–4 aplikacje, 5 aplikacji, 22 aplikacje. */
export const plural = (count: number, one: string, few: string, many: string): string => {
  const rule = rules.select(count);
  if (rule === 'one') return one;
  return rule === 'few' ? few : many;
};
