import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'

/**
 * A box that scrolls by itself and reports when its end has been in sight. What fits without scrolling is seen at
 * once; what has grown since is not seen any more. Reachable by keyboard; End jumps to the end like anywhere.
 */
export function ScrollBox({
  label,
  className,
  onSeen,
  children,
}: {
  label: string
  className: string
  onSeen: (seen: boolean) => void
  children: ReactNode
}) {
  const box = useRef<HTMLElement>(null)
  const latest = useRef(onSeen)
  useLayoutEffect(() => {
    latest.current = onSeen
  })
  useEffect(() => {
    const element = box.current
    if (!element) return
    let height = -1
    const observer = new ResizeObserver(() => {
      const grown = element.scrollHeight > height
      height = element.scrollHeight
      if (isAtEnd(element)) latest.current(true)
      else if (grown) latest.current(false)
    })
    observer.observe(element)
    if (element.firstElementChild) observer.observe(element.firstElementChild)
    return () => observer.disconnect()
  }, [])
  return (
    <section
      ref={box}
      className={className}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={(event) => isAtEnd(event.currentTarget) && onSeen(true)}
    >
      <div>{children}</div>
    </section>
  )
}

function isAtEnd({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean {
  return scrollTop + clientHeight >= scrollHeight - 2
}
