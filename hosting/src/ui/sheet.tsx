import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface SheetProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** False: it cannot be closed by Escape or a press beside it; somebody has to answer. */
  readonly isDismissable?: boolean;
  readonly tone?: "plain" | "danger";
}

/** A dialog: in the middle on a desk, from below on a phone. Focus is held inside and goes back where it was. */
export function Sheet({ title, isOpen, onClose, children, isDismissable = true, tone = "plain" }: SheetProps) {
  return (
    <ModalOverlay
      className="sheet-backdrop"
      isOpen={isOpen}
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={`sheet sheet-${tone}`}>
        <Dialog className="sheet-body">
          <Heading slot="title" className="sheet-title">
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
