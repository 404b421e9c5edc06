import type { ButtonHTMLAttributes, ReactNode } from 'react'

export type ButtonTone = 'plain' | 'primary' | 'danger' | 'danger-filled' | 'quiet'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone
  size?: 'small' | 'medium' | 'large'
  icon?: ReactNode
  /** Shows only the icon; then `aria-label` is the button's word. */
  iconOnly?: boolean
}

/** One button for the whole product. `primary` at most once a page; `danger` for what ends or removes something. */
export function Button({
  tone = 'plain',
  size = 'medium',
  icon,
  iconOnly = false,
  className = '',
  children,
  ...rest
}: ButtonProps) {
  const name = ['button', tone, size, iconOnly ? 'icon-only' : '', className].filter(Boolean).join(' ')
  return (
    <button type="button" className={name} title={iconOnly ? rest['aria-label'] : undefined} {...rest}>
      {icon}
      {children}
    </button>
  )
}
