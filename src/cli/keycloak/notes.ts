/** What has no counterpart, with an example of where it was found. */
export interface Note {
  readonly what: string;
  readonly count: number;
  readonly first: string;
}

/** Collects what an import leaves out, so that the report names each thing once. */
export const createNotes = () => {
  const notes = new Map<string, { count: number; readonly first: string }>();
  return {
    add(what: string, where: string): void {
      const note = notes.get(what);
      if (note) note.count += 1;
      else notes.set(what, { count: 1, first: where });
    },
    all: (): readonly Note[] => [...notes].map(([what, { count, first }]) => ({ what, count, first })),
  };
};

export type Notes = ReturnType<typeof createNotes>;
