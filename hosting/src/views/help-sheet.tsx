import { Button } from "../ui/button.js";
import { SHORTCUT_HELP } from "../ui/shortcuts.js";
import { Sheet } from "../ui/sheet.js";
import { lettersOn, setLettersOn } from "../ui/use-commands.js";
import { useStore } from "../ui/use-live.js";

/** Every key and what it does, and the switch for single letters (WCAG 2.1.4). */
export function HelpSheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const areOn = useStore(lettersOn);
  return (
    <Sheet title="Keyboard" isOpen={isOpen} onClose={onClose}>
      <p className="muted">Keys are off while you type. No single key decides anything.</p>
      <table className="keys">
        <tbody>
          {SHORTCUT_HELP.map(([keys, does]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="check">
        <input type="checkbox" checked={areOn} onChange={(event) => setLettersOn(event.target.checked)} />
        <span>Single-letter shortcuts are on</span>
      </label>
      <div className="sheet-actions">
        <Button tone="primary" onPress={onClose}>
          Close
        </Button>
      </div>
    </Sheet>
  );
}
