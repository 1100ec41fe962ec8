import { AuditEvent } from "@studio-os/functions/contracts";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.js";
import { useFeed } from "../../ui/use-live.js";
import { useMedia } from "../../ui/use-media.js";
import { useCommands } from "../../ui/use-commands.js";
import type { TenantView } from "../tenant-view.js";
import { NO_SEARCH, isNarrow } from "./audit-search.js";
import type { AuditSearch } from "./audit-search.js";
import { EVENT_FAMILIES, OUTCOME_WORDS, SEVERITY_WORDS, eventTitle, familyWords } from "./event-words.js";

interface AuditFiltersProps {
  readonly view: TenantView;
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
}

/** What to look for. It lives in the address, so that a link shows another person the same list. */
export function AuditFilters({ view, search, onSearch }: AuditFiltersProps) {
  const isWide = useMedia("(min-width: 700px)");
  const count = Object.values(search).filter((value) => value !== "").length;
  useCommands({ search: () => document.getElementById("audit-event")?.focus() });
  const set = (name: keyof AuditSearch) => (value: string) => {
    if (value !== search[name]) onSearch({ ...search, [name]: value });
  };
  const form = (
    <div className="audit-filters" role="search" aria-label="Search the record">
      <TypeField value={search.type} onChange={set("type")} />
      <PersonField view={view} value={search.who} onChange={set("who")} />
      <TextField label="Proposal" value={search.proposal} onChange={set("proposal")} />
      <TextField label="Request" value={search.request} onChange={set("request")} />
      <Select label="Outcome" any="Any outcome" value={search.outcome} onChange={set("outcome")}>
        {AuditEvent.shape.outcome.options.map((outcome) => (
          <option key={outcome} value={outcome}>
            {OUTCOME_WORDS[outcome]}
          </option>
        ))}
      </Select>
      <Select label="Severity" any="Any severity" value={search.severity} onChange={set("severity")}>
        {AuditEvent.shape.severity.options.map((severity) => (
          <option key={severity} value={severity}>
            {SEVERITY_WORDS[severity].words}
          </option>
        ))}
      </Select>
      <DayField label="From" value={search.from} onChange={set("from")} />
      <DayField label="To" value={search.to} onChange={set("to")} />
      {isNarrow(search) ? (
        <Button tone="quiet" className="audit-clear" onPress={() => onSearch(NO_SEARCH)}>
          Clear
        </Button>
      ) : null}
    </div>
  );
  if (isWide) return form;
  return (
    <details className="audit-filters-fold">
      <summary>Filter{count === 0 ? "" : ` (${count} in use)`}</summary>
      {form}
    </details>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The words stand beside the control, not around it: a label that holds a select would be read with its choice. */
function Field({ label, id, children }: { label: string; id: string; children: ReactNode }) {
  return (
    <div className="audit-field">
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

function Select(props: FieldProps & { label: string; any: string; children: ReactNode }) {
  const id = `audit-${props.label.toLowerCase()}`;
  return (
    <Field label={props.label} id={id}>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        <option value="">{props.any}</option>
        {props.children}
      </select>
    </Field>
  );
}

function TypeField(props: FieldProps) {
  return (
    <Select label="Event" any="Any event" {...props}>
      {[...EVENT_FAMILIES].map(([family, types]) => (
        <optgroup key={family} label={familyWords(family)}>
          {types.length > 1 ? <option value={`${family}.*`}>{familyWords(family)}: all</option> : null}
          {types.map((type) => (
            <option key={type} value={type}>
              {eventTitle(type)}
            </option>
          ))}
        </optgroup>
      ))}
    </Select>
  );
}

/** Offers the staff list; an agent or somebody who left is found by their id. */
function PersonField({ view, ...field }: FieldProps & { view: TenantView }) {
  const control = useFeed(view.tenant.control);
  const studio = control.state === "ready" ? control.value.studio : null;
  const staff = studio?.kind === "found" ? studio.value.staff : [];
  return (
    <>
      <TextField label="Who" list="audit-people" {...field} />
      <datalist id="audit-people">
        {staff.map(({ uid, name }) => (
          <option key={uid} value={uid} label={name} />
        ))}
      </datalist>
    </>
  );
}

/** Takes effect with Enter or when it is left: no question for each letter. */
function TextField({ label, list, value, onChange }: FieldProps & { label: string; list?: string }) {
  const id = `audit-${label.toLowerCase()}`;
  return (
    <Field label={label} id={id}>
      <input
        id={id}
        // A new value from elsewhere, by a link or by "Clear", takes the place of what was typed.
        key={value}
        type="text"
        defaultValue={value}
        list={list}
        placeholder="Id"
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        onBlur={(event) => onChange(event.target.value.trim())}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(event.currentTarget.value.trim());
        }}
      />
    </Field>
  );
}

function DayField({ label, value, onChange }: FieldProps & { label: string }) {
  const id = `audit-${label.toLowerCase()}`;
  return (
    <Field label={label} id={id}>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}
