/**
 * Dialogs for forms and for confirming. The scrim is a plain element: Radix's own overlay locks scrolling by an
 * injected style element, which the pages' content security policy refuses, rightly.
 */
import { AlertDialog, Dialog as RadixDialog } from 'radix-ui'
import { type FormEvent, type ReactNode, useLayoutEffect, useRef } from 'react'
import { Button } from './button.tsx'

/** Where the focus was when a dialog opened, to go back there. Of a menu that is gone by then it is what opened the menu. */
function useWayBack(open: boolean): (event: Event) => void {
  const opener = useRef<HTMLElement | null>(null)
  useLayoutEffect(() => {
    if (!open) return
    const now = document.activeElement
    const menu = now?.closest('[role="menu"]')
    const by = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : now
    opener.current = by instanceof HTMLElement ? by : null
  }, [open])
  return (event) => {
    event.preventDefault()
    opener.current?.focus()
  }
}

export interface DialogProps {
  open: boolean
  title: string
  about?: ReactNode
  wide?: boolean
  footer: ReactNode
  children: ReactNode
  onClose: () => void
  /** Set for forms: Enter in a field submits. */
  onSubmit?: () => void
}

export function Dialog({
  open,
  title,
  about,
  wide = false,
  footer,
  children,
  onClose,
  onSubmit,
}: DialogProps) {
  const goBack = useWayBack(open)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit?.()
  }
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <div className="scrim" aria-hidden="true" />
        <RadixDialog.Content
          asChild
          onCloseAutoFocus={goBack}
          {...(about ? {} : { 'aria-describedby': undefined })}
        >
          <form className={wide ? 'dialog wide' : 'dialog'} onSubmit={submit} noValidate>
            <header>
              <RadixDialog.Title>{title}</RadixDialog.Title>
              {about && <RadixDialog.Description className="about">{about}</RadixDialog.Description>}
            </header>
            <div className="dialog-body">{children}</div>
            <footer>{footer}</footer>
          </form>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

export interface ConfirmProps {
  open: boolean
  title: string
  /** What happens, and what does not. */
  text: ReactNode
  confirmLabel: string
  cancelLabel?: string
  danger?: boolean
  onConfirm: () => void
  onClose: () => void
}

/** A yes-or-no for what ends or removes something. The focus is on the way back. */
export function Confirm(props: ConfirmProps) {
  const {
    open,
    title,
    text,
    confirmLabel,
    cancelLabel = 'Cancel',
    danger = false,
    onConfirm,
    onClose,
  } = props
  const goBack = useWayBack(open)
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <div className="scrim" aria-hidden="true" />
        <AlertDialog.Content className="dialog" onCloseAutoFocus={goBack}>
          <header>
            <AlertDialog.Title>{title}</AlertDialog.Title>
          </header>
          <div className="dialog-body">
            <AlertDialog.Description asChild>
              <div className="dim">{text}</div>
            </AlertDialog.Description>
          </div>
          <footer>
            <AlertDialog.Cancel asChild>
              <Button>{cancelLabel}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button tone={danger ? 'danger-filled' : 'primary'} onClick={onConfirm}>
                {confirmLabel}
              </Button>
            </AlertDialog.Action>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
