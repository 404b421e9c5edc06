import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '../design/button.tsx'
import { EmptyState } from '../design/empty-state.tsx'

/** A page that failed says so in its place; the rest of the window, Stop above all, goes on. */
export class PageBoundary extends Component<{ children: ReactNode }, { fault: string }> {
  override state = { fault: '' }

  static getDerivedStateFromError(error: unknown): { fault: string } {
    return { fault: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.fault === '') return this.props.children
    return (
      <div role="alert">
        <EmptyState
          icon={<TriangleAlert aria-hidden="true" />}
          title="This page ran into a fault"
          actions={
            <Button tone="primary" onClick={() => this.setState({ fault: '' })}>
              Open it again
            </Button>
          }
        >
          Your agents and the gate are not touched by it.{' '}
          <code className="wrap-anywhere">{this.state.fault}</code>
        </EmptyState>
      </div>
    )
  }
}
