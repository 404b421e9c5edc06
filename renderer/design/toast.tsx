import { X } from 'lucide-react'
import { Toast as RadixToast } from 'radix-ui'
import { createStore, type StoreApi, useStore } from 'zustand'
import { Button } from './button.tsx'
import { Shape } from './mark.tsx'

export interface ToastMessage {
  id: number
  tone: 'done' | 'alert' | 'fault'
  title: string
  text: string
  /** One thing to do about it. */
  action?: { label: string; run: () => void }
}
export interface ToastState {
  toasts: ToastMessage[]
  push: (toast: Omit<ToastMessage, 'id'>) => void
  drop: (id: number) => void
}

/** What just happened, in a corner. At most four at once; a fault or an alert stays until it is read away. */
export function createToastStore(): StoreApi<ToastState> {
  let next = 1
  return createStore<ToastState>((set) => ({
    toasts: [],
    push: (toast) => {
      const id = next
      next += 1
      // The same once more takes the place of the one before, so that a flood is one message and not a wall of them.
      const isOther = ({ tone, title, text }: ToastMessage) =>
        tone !== toast.tone || title !== toast.title || text !== toast.text
      set(({ toasts }) => ({ toasts: [...toasts.filter(isOther).slice(-3), { ...toast, id }] }))
    },
    drop: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  }))
}

const SHAPES = { done: 'allow', alert: 'ask', fault: 'deny' } as const

export function Toasts({ store }: { store: StoreApi<ToastState> }) {
  const { toasts, drop } = useStore(store)
  return (
    <RadixToast.Provider swipeDirection="right" label="Message">
      {toasts.map((toast) => (
        <RadixToast.Root
          key={toast.id}
          className={`toast ${toast.tone}`}
          type={toast.tone === 'done' ? 'background' : 'foreground'}
          duration={toast.tone === 'done' ? 5_000 : 20_000}
          onOpenChange={(open) => !open && drop(toast.id)}
        >
          <Shape kind={SHAPES[toast.tone]} />
          <div>
            <RadixToast.Title className="strong">{toast.title}</RadixToast.Title>
            {toast.text && <RadixToast.Description className="dim">{toast.text}</RadixToast.Description>}
            {toast.action && (
              <RadixToast.Action altText={toast.action.label} asChild>
                <button type="button" className="link-button" onClick={toast.action.run}>
                  {toast.action.label}
                </button>
              </RadixToast.Action>
            )}
          </div>
          <RadixToast.Close asChild>
            <Button tone="quiet" size="small" iconOnly aria-label="Close" icon={<X />} />
          </RadixToast.Close>
        </RadixToast.Root>
      ))}
      <RadixToast.Viewport className="toasts" />
    </RadixToast.Provider>
  )
}
