/** The search index is cut into volumes by entry number: one is dropped or made anew as a whole. */
export const VOLUME_ENTRIES = 131_072
export const volumeOf = (seq: number): number => Math.floor(seq / VOLUME_ENTRIES)
