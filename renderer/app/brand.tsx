/** A gate with two doors: the second opens only when the first has closed. */
export function Brand({ size = 20 }: { size?: number }) {
  return (
    <svg className="brand-mark" viewBox="0 0 22 22" width={size} height={size} fill="none" aria-hidden="true">
      <path d="M4 19v-8a7 7 0 0 1 14 0v8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        className="brand-inner"
        d="M8.6 19v-7.4a2.4 2.4 0 0 1 4.8 0V19"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  )
}
