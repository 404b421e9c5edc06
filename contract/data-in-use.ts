/** How a broker that found another one on its data ends, so that whoever started it can say so. */
export const DATA_IN_USE = {
  /** EX_TEMPFAIL of sysexits.h: later it may go. */
  exitCode: 75,
  text: 'The gate found another Sallyport at work on the same data, a command in a terminal for one.',
} as const
